import { UnsupportedMechanismError } from '../../errors.ts';
import type {
  Adjacency,
  Mechanism,
  PoissonSampled,
  PrivateSelection,
  SampledWithoutReplacement,
} from '../../mechanism.ts';
import { exactDelta, gaussianDistanceSquared } from '../exact-gaussian.ts';
import { pureEpsilon } from '../pure.ts';
import { zcdpRho } from '../zcdp.ts';
import { deltaOfCurve, epsilonOfCurve, type RenyiCurve } from './convert.ts';
import {
  concentratedCurve,
  discreteLaplaceCurve,
  distributedDiscreteGaussianCurve,
  laplaceCurve,
  randomizedResponseCurve,
  skellamCurve,
} from './noise.ts';
import { poissonCurve, poissonGaussianCurve } from './poisson.ts';
import { once, selectionCurve } from './selection.ts';
import { withoutReplacementCurve } from './without-replacement.ts';

export function rdpEpsilon(mechanism: Mechanism, delta: number, adjacency: Adjacency): number {
  return epsilonOfCurve(renyiCurve(mechanism, adjacency), delta);
}

export function rdpDelta(mechanism: Mechanism, epsilon: number, adjacency: Adjacency): number {
  return deltaOfCurve(renyiCurve(mechanism, adjacency), epsilon);
}

/** The Renyi divergence of a mechanism by order. */
export function renyiCurve(mechanism: Mechanism, adjacency: Adjacency): RenyiCurve {
  switch (mechanism.type) {
    case 'gaussian':
    case 'discrete-gaussian':
    case 'matrix-factorization':
      return concentratedCurve(zcdpRho(mechanism, adjacency));
    case 'laplace':
      return laplaceCurve(pureEpsilon(mechanism, adjacency));
    case 'discrete-laplace':
      return discreteLaplaceCurve(mechanism, adjacency);
    case 'distributed-discrete-gaussian':
      return distributedDiscreteGaussianCurve(mechanism, adjacency);
    case 'skellam':
      return skellamCurve(mechanism, adjacency);
    case 'randomized-response':
      return randomizedResponseCurve(mechanism, adjacency);
    case 'poisson-sampled':
      return poissonSampledCurve(mechanism, adjacency);
    case 'sampled-without-replacement':
      return sampledWithoutReplacementCurve(mechanism, adjacency);
    case 'repeated': {
      const once = renyiCurve(mechanism.mechanism, adjacency);
      return order => mechanism.count * once(order);
    }
    case 'composed': {
      const curves = mechanism.mechanisms.map(part => renyiCurve(part, adjacency));
      return order => curves.reduce((sum, curve) => sum + curve(order), 0);
    }
    case 'private-selection':
      return privateSelectionCurve(mechanism, adjacency);
  }
  return mechanism satisfies never;
}

function poissonSampledCurve({ samplingRate, cap, mechanism }: PoissonSampled, adjacency: Adjacency): RenyiCurve {
  if (cap !== undefined) throw unsupported('a Poisson cohort with a cap. Use pld.');
  refuseCorrelatedNoise(mechanism);
  const unsampled = renyiCurve(mechanism, adjacency);
  if (samplingRate === 1) return unsampled;
  if (adjacency === 'replace-one') throw unsupported('a Poisson cohort under replace-one. Use pld, or add-remove.');
  const distanceSquared = gaussianDistanceSquared(mechanism, adjacency);
  if (distanceSquared === undefined) return poissonCurve(samplingRate, unsampled);
  return poissonGaussianCurve(samplingRate, 1 / Math.sqrt(distanceSquared));
}

/** Zeros are one of the values that may replace a contribution, so `replace-one` bounds `zero-out` too. */
function sampledWithoutReplacementCurve(
  { population, cohort, mechanism }: SampledWithoutReplacement,
  adjacency: Adjacency,
): RenyiCurve {
  refuseCorrelatedNoise(mechanism);
  if (adjacency === 'add-remove') {
    throw unsupported('a cohort of fixed size under add-remove, which changes the population. Use replace-one.');
  }
  const unsampled = renyiCurve(mechanism, adjacency);
  if (cohort >= population) return unsampled;
  const distanceSquared = gaussianDistanceSquared(mechanism, 'replace-one');
  const noise = distanceSquared === undefined ? undefined : 1 / Math.sqrt(distanceSquared);
  const sampled = withoutReplacementCurve(cohort / population, renyiCurve(mechanism, 'replace-one'), noise);
  return order => Math.min(sampled(order), unsampled(order));
}

/**
 * A run tells which candidate it was, and that was drawn without regard to the data: at any order it diverges by no more
 * than the worst candidate, and its delta at any epsilon is no more than theirs.
 */
function privateSelectionCurve({ candidates, runs }: PrivateSelection, adjacency: Adjacency): RenyiCurve {
  const curves = candidates.map(candidate => once(renyiCurve(candidate, adjacency)));
  const deltas = candidates.map((candidate, at) => {
    const gaussian = gaussianDistanceSquared(candidate, adjacency) !== undefined;
    return (epsilon: number) =>
      gaussian ? exactDelta(candidate, epsilon, adjacency) : deltaOfCurve(curves[at]!, epsilon);
  });
  return selectionCurve(
    order => Math.max(...curves.map(curve => curve(order))),
    runs,
    epsilon => Math.max(...deltas.map(delta => delta(epsilon))),
  );
}

/** A sample is drawn anew each step, and a matrix factorisation is all steps at once. */
function refuseCorrelatedNoise(mechanism: Mechanism): void {
  if (!hasCorrelatedNoise(mechanism)) return;
  throw new UnsupportedMechanismError(
    'Sampling does not amplify the privacy of noise that is correlated over steps. Account it without sampling.',
  );
}

function hasCorrelatedNoise(mechanism: Mechanism): boolean {
  if (mechanism.type === 'composed') return mechanism.mechanisms.some(hasCorrelatedNoise);
  if (mechanism.type === 'private-selection') return mechanism.candidates.some(hasCorrelatedNoise);
  if (mechanism.type === 'matrix-factorization') return true;
  return 'mechanism' in mechanism && hasCorrelatedNoise(mechanism.mechanism);
}

function unsupported(what: string): UnsupportedMechanismError {
  return new UnsupportedMechanismError(`The Renyi accountant has no bound for ${what}`);
}
