import { UnsupportedMechanismError } from '../../errors.ts';
import { sensitivitySquared } from '../../matrix-factorization/sensitivity.ts';
import type { Adjacency, Mechanism, PoissonSampled } from '../../mechanism.ts';
import { binomialUpperTail } from './binomial.ts';
import { type DominatingPair, mixture, poissonSampled, symmetric } from './curve.ts';
import {
  discreteGaussianCurve,
  discreteLaplaceCurve,
  gaussianCurve,
  laplaceCurve,
  randomizedResponseCurve,
  randomizedResponseOrUniform,
  sampledGaussianReplacedCurve,
} from './mechanism-curves.ts';

/** What is released `count` times, each time as hard to tell apart as a pair of distributions. */
export interface Release {
  readonly pair: DominatingPair;
  readonly count: number;
}

/**
 * A mechanism as independent releases. All Gaussian ones together are one: their mu^2 add up.
 *
 * @throws UnsupportedMechanismError where no dominating pair is known.
 */
export function releasesOf(mechanism: Mechanism, adjacency: Adjacency): Release[] {
  const releases: Release[] = [];
  let muSquared = 0;
  for (const part of partsOf(mechanism)) {
    const mu = gaussianMu(part.mechanism, adjacency);
    if (mu !== undefined) muSquared += part.count * mu * mu;
    else releases.push({ pair: pairOf(part.mechanism, adjacency), count: part.count });
  }
  if (muSquared > 0) releases.push({ pair: symmetric(gaussianCurve(Math.sqrt(muSquared))), count: 1 });
  return releases;
}

/** A part of a composition, and how often. */
interface Part {
  readonly mechanism: Mechanism;
  readonly count: number;
}

/** The parts of nested compositions, equal ones together. */
function partsOf(mechanism: Mechanism): Iterable<Part> {
  const parts = new Map<string, Part>();
  const collect = (part: Mechanism, count: number): void => {
    if (part.type === 'repeated') collect(part.mechanism, count * part.count);
    else if (part.type === 'composed') for (const each of part.mechanisms) collect(each, count);
    else if (part.type === 'poisson-sampled' && part.samplingRate === 1 && !part.cap) collect(part.mechanism, count);
    else if (count > 0 && !(part.type === 'poisson-sampled' && part.samplingRate === 0)) {
      const key = JSON.stringify(part);
      parts.set(key, { mechanism: part, count: count + (parts.get(key)?.count ?? 0) });
    }
  };
  collect(mechanism, 1);
  return parts.values();
}

/** How far apart two neighbours' contributions may be, in bounds of one contribution. */
function distanceOf(adjacency: Adjacency): 1 | 2 {
  return adjacency === 'replace-one' ? 2 : 1;
}

/** The distance between neighbours in standard deviations, of mechanisms that are one Gaussian; undefined of others. */
function gaussianMu(mechanism: Mechanism, adjacency: Adjacency): number | undefined {
  if (mechanism.type === 'gaussian') return distanceOf(adjacency) / mechanism.noiseMultiplier;
  if (mechanism.type === 'matrix-factorization') {
    const sensitivity = Math.sqrt(sensitivitySquared(mechanism.strategy, mechanism));
    return (distanceOf(adjacency) * sensitivity) / mechanism.noiseMultiplier;
  }
  return undefined;
}

function pairOf(mechanism: Mechanism, adjacency: Adjacency): DominatingPair {
  const distance = distanceOf(adjacency);
  switch (mechanism.type) {
    case 'laplace':
      return symmetric(laplaceCurve(mechanism.noiseMultiplier / distance));
    case 'discrete-laplace':
      return symmetric(discreteLaplaceCurve(mechanism.noiseParameter, distance * mechanism.sensitivity));
    case 'discrete-gaussian':
      if (mechanism.dimension !== 1) throw unsupported('discrete Gaussian noise on vectors', "'rdp' or 'zcdp'");
      return symmetric(discreteGaussianCurve(mechanism.sigma, distance * Math.floor(mechanism.sensitivity)));
    case 'randomized-response': {
      const other = mechanism.noiseParameter / mechanism.buckets;
      const kept = 1 - mechanism.noiseParameter + other;
      if (adjacency === 'replace-one') return symmetric(randomizedResponseCurve(kept, other));
      return randomizedResponseOrUniform(kept, other, mechanism.buckets);
    }
    case 'poisson-sampled':
      return mechanism.cap === undefined ? sampledPair(mechanism, adjacency) : cappedPair(mechanism, adjacency);
    case 'sampled-without-replacement':
      throw unsupported('sampling without replacement', "'rdp'");
    case 'skellam':
    case 'distributed-discrete-gaussian':
      throw unsupported('sums of noise shares', "'rdp'");
    case 'private-selection':
      throw unsupported('private selection', "'rdp'");
    case 'gaussian':
    case 'matrix-factorization':
      return symmetric(gaussianCurve(gaussianMu(mechanism, adjacency)!));
    case 'repeated':
    case 'composed':
      break;
  }
  throw unsupported('sampling of a composition', "'rdp', or sample each of its parts,");
}

function sampledPair({ samplingRate, mechanism }: PoissonSampled, adjacency: Adjacency): DominatingPair {
  if (adjacency !== 'replace-one') return poissonSampled(pairOf(mechanism, adjacency), samplingRate);
  const mu = gaussianMu(mechanism, 'add-remove');
  if (mu === undefined) {
    throw unsupported("Poisson sampling of other than Gaussian noise under 'replace-one'", "'add-remove' adjacency");
  }
  return symmetric(sampledGaussianReplacedCurve(1 / mu, samplingRate));
}

/**
 * A cohort cut at random to `cap.cohort` out of `cap.population` users. Tell it whether the others drawn already fill
 * the cap, which only makes it easier. If not, this is Poisson sampling. If so, the user is in the cohort with some
 * other probability, in the place of somebody else, which moves the sum by up to 2 bounds of a contribution from what it
 * is without the user, under any adjacency: no more than a sampled contribution of bound 2 that is replaced. By joint
 * convexity it does not matter whose place it is. dp_accounting charges its TruncatedSubsampledGaussianDpEvent so too.
 */
function cappedPair(sampled: PoissonSampled, adjacency: Adjacency): DominatingPair {
  const { samplingRate: rate, mechanism } = sampled;
  const { cohort, population } = sampled.cap!;
  const uncapped = rate === 1 ? pairOf(mechanism, adjacency) : sampledPair(sampled, adjacency);
  const full = binomialUpperTail(cohort, population - 1, rate);
  if (full === 0) return uncapped;
  const mu = gaussianMu(mechanism, 'add-remove');
  if (mu === undefined) throw unsupported('a capped cohort with other than Gaussian noise', "no cap ('pld', 'rdp')");
  const chosen = Math.min(1, (binomialUpperTail(cohort + 1, population, rate) * cohort) / (full * population));
  return mixture(full, symmetric(sampledGaussianReplacedCurve(1 / (2 * mu), chosen)), uncapped);
}

function unsupported(what: string, instead: string): UnsupportedMechanismError {
  return new UnsupportedMechanismError(
    `The 'pld' accountant has no dominating pair for ${what}. Use ${instead} instead.`,
  );
}
