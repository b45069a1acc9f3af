import type { Strategy } from '../mechanism.ts';
import type { Participation } from '../participation.ts';
import { strategyError } from './error.ts';
import { minimise } from './minimise.ts';
import { sensitivitySquared } from './sensitivity.ts';

type Blt = Extract<Strategy, { type: 'blt' }>;

/** Up to so many steps a third buffer gains nothing that shows. */
const FEW_STEPS = 64;

/** The slowest decay to start from is 1 - 1 / (steps x this): many participations want one that hardly decays. */
const SLOWNESS = [1, 30];

/** The strategy for a training where nothing else is known. */
export function bltFor(participation: Participation): Blt {
  return optimiseBlt(participation, participation.steps <= FEW_STEPS ? 2 : 3);
}

/**
 * The buffered linear strategy with the smallest product of sensitivity and largest prefix-sum error (McMahan et al. 2024,
 * arXiv 2408.08868, section 4), of those whose coefficients are not negative and do not increase, so that the sensitivity
 * is exact. An evaluation takes steps x buffers operations, the whole a few seconds at 10,000 steps. Draws nothing at random.
 */
export function optimiseBlt(participation: Participation, buffers: number): Blt {
  const loss = (strategy: Blt): number => {
    if (strategy.scales.reduce((sum, scale) => sum + scale, 0) > 1) return Number.POSITIVE_INFINITY;
    return Math.log(sensitivitySquared(strategy, participation) * strategyError(strategy, participation.steps).max);
  };
  const optima = SLOWNESS.map(slowness =>
    decode(minimise(point => loss(decode(point)), startPoint(buffers, participation.steps * slowness))),
  );
  return optima.reduce((best, other) => (loss(other) < loss(best) ? other : best));
}

/** Decays spread evenly, in the logarithm of their time scales, from fast to slow; what falls off more slowly weighs less. */
function startPoint(buffers: number, slowest: number): Float64Array {
  const gaps = Array.from({ length: buffers }, (_, j) => {
    const fraction = buffers === 1 ? 0 : j / (buffers - 1);
    return 0.4 * Math.exp(-fraction * Math.log(0.4 * (slowest + 2)));
  });
  const total = gaps.reduce((sum, gap) => sum + Math.sqrt(gap), 0);
  return Float64Array.from([
    ...gaps.map(gap => Math.log((1 - gap) / gap)),
    ...gaps.map(gap => Math.log((0.48 * Math.sqrt(gap)) / total)),
  ]);
}

/** Any point is a strategy: the first half are logits of decays, the second logarithms of scales. */
function decode(point: Float64Array): Blt {
  const values = [...point];
  const buffers = values.length / 2;
  return {
    type: 'blt',
    decays: values.slice(0, buffers).map(logit => 1 / (1 + Math.exp(-logit))),
    scales: values.slice(buffers).map(Math.exp),
  };
}
