import { distributedDiscreteGaussianBounds } from './accountants/distributed-discrete-gaussian.ts';
import { expectedRuns } from './accountants/selection-runs.ts';
import { contributionsApart } from './accountants/sensitivity.ts';
import { sensitivitySquared } from './matrix-factorization/sensitivity.ts';
import type { Adjacency, Mechanism, PoissonSampled, PrivateSelection, Skellam } from './mechanism.ts';

/**
 * A mechanism in the words of Google's dp_accounting: the fields of its `DpEvent` classes, with the two that their
 * `to_named_tuple` adds, so that `DpEvent.from_named_tuple` reads it back (docs/privacy-accounting.md shows how).
 */
export interface DpEvent {
  readonly module_name: 'dp_accounting.dp_event';
  readonly class_name: string;
  readonly [field: string]: string | number | DpEvent | readonly DpEvent[];
}

/** Name of a dp_accounting `NeighboringRelation`. */
export type DpRelation = 'ADD_OR_REMOVE_ONE' | 'REPLACE_SPECIAL' | 'REPLACE_ONE';

/**
 * The mechanism as dp_accounting's event, to be read under `dpRelation`: there each of its accountants refuses it, or finds
 * what is true or more. (One flaw of 0.6.0 remains: its PLD accountant counts repeated randomized responses once.)
 *
 * Under replace-one the sensitivity is twice the bound of a contribution. Of that library, its PLD accountant doubles the
 * sensitivity of Gaussians itself, sampled ones too, and its Renyi accountant doubles none and takes that of sampling
 * without replacement as doubled. So noise is stated over the doubled sensitivity, but where Poisson sampling takes part:
 * there only the PLD accountant answers.
 */
export function toDpEvent(mechanism: Mechanism, adjacency: Adjacency): DpEvent {
  return eventOf(mechanism, contains(mechanism, 'poisson-sampled') ? 'add-remove' : adjacency);
}

/**
 * The relation under which dp_accounting is to read `toDpEvent`. Additive noise over a doubled sensitivity is the same
 * mechanism under either relation, and adding or removing is the one that its accountants agree on.
 */
export function dpRelation(mechanism: Mechanism, adjacency: Adjacency): DpRelation {
  if (adjacency === 'add-remove') return 'ADD_OR_REMOVE_ONE';
  if (adjacency === 'zero-out') return 'REPLACE_SPECIAL';
  const named = contains(mechanism, 'poisson-sampled', 'sampled-without-replacement', 'randomized-response');
  return named ? 'REPLACE_ONE' : 'ADD_OR_REMOVE_ONE';
}

/** Noise is stated over the sensitivity under `adjacency`. */
function eventOf(mechanism: Mechanism, adjacency: Adjacency): DpEvent {
  const apart = contributionsApart(adjacency);
  switch (mechanism.type) {
    case 'gaussian':
      return named('GaussianDpEvent', { noise_multiplier: mechanism.noiseMultiplier / apart });
    case 'laplace':
      return named('LaplaceDpEvent', { noise_multiplier: mechanism.noiseMultiplier / apart });
    case 'discrete-gaussian': {
      const { sigma, sensitivity, dimension } = mechanism;
      return named('DiscreteGaussianDpEvent', { sigma, sensitivity: sensitivity * apart, dimension });
    }
    case 'discrete-laplace': {
      const { noiseParameter, sensitivity } = mechanism;
      return named('DiscreteLaplaceDpEvent', { noise_parameter: noiseParameter, sensitivity: sensitivity * apart });
    }
    case 'distributed-discrete-gaussian': {
      const { rho, offset, offsetRho } = distributedDiscreteGaussianBounds(mechanism, adjacency);
      return tightest([
        { rho, xi: 0 },
        { rho: offsetRho, xi: offset },
      ]);
    }
    case 'skellam':
      return tightest(skellamBounds(mechanism, apart));
    case 'randomized-response': {
      const { noiseParameter, buckets } = mechanism;
      return named('RandomizedResponseDpEvent', { noise_parameter: noiseParameter, num_buckets: buckets });
    }
    case 'matrix-factorization': {
      const { strategy, noiseMultiplier } = mechanism;
      const sensitivity = Math.sqrt(sensitivitySquared(strategy, mechanism));
      return named('GaussianDpEvent', { noise_multiplier: noiseMultiplier / (sensitivity * apart) });
    }
    case 'poisson-sampled':
      return poissonSampled(mechanism, adjacency);
    case 'sampled-without-replacement':
      return named('SampledWithoutReplacementDpEvent', {
        source_dataset_size: mechanism.population,
        sample_size: mechanism.cohort,
        event: sampledOf(mechanism.mechanism, adjacency),
      });
    case 'repeated':
      return named('SelfComposedDpEvent', { event: eventOf(mechanism.mechanism, adjacency), count: mechanism.count });
    case 'private-selection':
      return privateSelection(mechanism, adjacency);
    case 'composed':
    default:
      return named('ComposedDpEvent', { events: mechanism.mechanisms.map(part => eventOf(part, adjacency)) });
  }
}

function poissonSampled({ samplingRate, cap, mechanism }: PoissonSampled, adjacency: Adjacency): DpEvent {
  if (cap === undefined) {
    return named('PoissonSampledDpEvent', {
      sampling_probability: samplingRate,
      event: sampledOf(mechanism, adjacency),
    });
  }
  // The library has a truncated cohort for this one mechanism only.
  if (mechanism.type !== 'gaussian') return named('UnsupportedDpEvent', {});
  return named('TruncatedSubsampledGaussianDpEvent', {
    dataset_size: cap.population,
    sampling_probability: samplingRate,
    truncated_batch_size: cap.cohort,
    noise_multiplier: mechanism.noiseMultiplier / contributionsApart(adjacency),
  });
}

/**
 * The library has one candidate, runs by their mean and eta (its `shape`), and no eta below 0. Its `shape` of a Poisson number is
 * infinite, which JSON cannot say.
 */
function privateSelection({ candidates, runs }: PrivateSelection, adjacency: Adjacency): DpEvent {
  const [candidate] = candidates;
  if (candidates.length > 1 || runs.type === 'poisson' || runs.eta < 0) return named('UnsupportedDpEvent', {});
  const event = eventOf(candidate!, adjacency);
  return named('RepeatAndSelectDpEvent', { event, mean: expectedRuns(runs), shape: runs.eta });
}

/** The library samples zCDP as if it were Gaussian, which no theorem allows: it is not offered any. */
function sampledOf(mechanism: Mechanism, adjacency: Adjacency): DpEvent {
  const summed = contains(mechanism, 'skellam', 'distributed-discrete-gaussian');
  return summed ? named('UnsupportedDpEvent', {}) : eventOf(mechanism, adjacency);
}

function named(name: string, fields: Readonly<Record<string, DpEvent[string]>>): DpEvent {
  return { module_name: 'dp_accounting.dp_event', class_name: name, ...fields };
}

function contains(mechanism: Mechanism, ...types: readonly Mechanism['type'][]): boolean {
  if (types.includes(mechanism.type)) return true;
  if (mechanism.type === 'composed') return mechanism.mechanisms.some(inner => contains(inner, ...types));
  if (mechanism.type === 'private-selection') return mechanism.candidates.some(inner => contains(inner, ...types));
  return 'mechanism' in mechanism && contains(mechanism.mechanism, ...types);
}

/** Renyi divergence of at most xi + rho a at every order a. */
interface Zcdp {
  readonly rho: number;
  readonly xi: number;
}

/** The library has no event for these sums, so one of their bounds stands for them: the least at the order 2. */
function tightest(bounds: readonly Zcdp[]): DpEvent {
  const least = bounds.reduce((a, b) => (2 * b.rho + b.xi < 2 * a.rho + a.xi ? b : a));
  return named('ZCDpEvent', { rho: least.rho, xi: least.xi });
}

/**
 * Agarwal, Kairouz and Liu 2021, arXiv 2110.04995, theorem 3.5: the two arms of its minimum. It is proved for integer
 * orders; the library asks for others, where the bound at the next integer holds, at most rho more.
 */
function skellamBounds({ variance, l1Sensitivity, l2Sensitivity }: Skellam, apart: number): Zcdp[] {
  const l1 = apart * l1Sensitivity;
  const squared = (apart * l2Sensitivity) ** 2;
  const arms = [
    { rho: squared / (2 * variance) + squared / (2 * variance ** 2), xi: (6 * l1 - squared) / (4 * variance ** 2) },
    { rho: squared / (2 * variance), xi: (3 * l1) / (2 * variance) },
  ];
  return arms.map(({ rho, xi }) => ({ rho, xi: Math.max(0, xi) + rho }));
}
