import { sensitivitySquared } from './matrix-factorization/sensitivity.ts';
import type { Adjacency, DistributedDiscreteGaussian, Mechanism, Skellam } from './mechanism.ts';

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
 * The mechanism as dp_accounting's event, to be read under `dpRelation`; under any other relation its accountants refuse
 * it or find as much or more. (One flaw of theirs remains, in 0.6.0: the PLD accountant counts repeated randomized
 * responses once.)
 *
 * Under replace-one the sensitivity is twice the bound of a contribution. Of that library, its PLD accountant doubles the
 * sensitivity of Gaussians itself, sampled ones too, and its Renyi accountant doubles none and takes that of sampling
 * without replacement as doubled. So noise is stated over the doubled sensitivity, but where Poisson sampling takes part:
 * there only the PLD accountant answers.
 */
export function toDpEvent(mechanism: Mechanism, adjacency: Adjacency): DpEvent {
  const doubled = adjacency === 'replace-one' && !contains(mechanism, 'poisson-sampled');
  return eventOf(mechanism, doubled ? 2 : 1);
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

/** `factor`: sensitivity over the bound of one contribution. */
function eventOf(mechanism: Mechanism, factor: number): DpEvent {
  switch (mechanism.type) {
    case 'gaussian':
      return named('GaussianDpEvent', { noise_multiplier: mechanism.noiseMultiplier / factor });
    case 'laplace':
      return named('LaplaceDpEvent', { noise_multiplier: mechanism.noiseMultiplier / factor });
    case 'discrete-gaussian': {
      const { sigma, sensitivity, dimension } = mechanism;
      return named('DiscreteGaussianDpEvent', { sigma, sensitivity: sensitivity * factor, dimension });
    }
    case 'discrete-laplace': {
      const { noiseParameter, sensitivity } = mechanism;
      return named('DiscreteLaplaceDpEvent', { noise_parameter: noiseParameter, sensitivity: sensitivity * factor });
    }
    case 'distributed-discrete-gaussian':
      return tightest(distributedDiscreteGaussianBounds(mechanism, factor));
    case 'skellam':
      return tightest(skellamBounds(mechanism, factor));
    case 'randomized-response': {
      const { noiseParameter, buckets } = mechanism;
      return named('RandomizedResponseDpEvent', { noise_parameter: noiseParameter, num_buckets: buckets });
    }
    case 'matrix-factorization': {
      const { strategy, noiseMultiplier } = mechanism;
      const sensitivity = Math.sqrt(sensitivitySquared(strategy, mechanism));
      return named('GaussianDpEvent', { noise_multiplier: noiseMultiplier / (sensitivity * factor) });
    }
    case 'poisson-sampled': {
      const { samplingRate, cap, mechanism: inner } = mechanism;
      if (cap === undefined) {
        return named('PoissonSampledDpEvent', { sampling_probability: samplingRate, event: eventOf(inner, factor) });
      }
      // The library has a truncated cohort for this one mechanism only.
      if (inner.type !== 'gaussian') return named('UnsupportedDpEvent', {});
      return named('TruncatedSubsampledGaussianDpEvent', {
        dataset_size: cap.population,
        sampling_probability: samplingRate,
        truncated_batch_size: cap.cohort,
        noise_multiplier: inner.noiseMultiplier / factor,
      });
    }
    case 'sampled-without-replacement':
      return named('SampledWithoutReplacementDpEvent', {
        source_dataset_size: mechanism.population,
        sample_size: mechanism.cohort,
        event: eventOf(mechanism.mechanism, factor),
      });
    case 'repeated':
      return named('SelfComposedDpEvent', { event: eventOf(mechanism.mechanism, factor), count: mechanism.count });
    case 'composed':
      return named('ComposedDpEvent', { events: mechanism.mechanisms.map(inner => eventOf(inner, factor)) });
  }
}

function named(name: string, fields: Readonly<Record<string, DpEvent[string]>>): DpEvent {
  return { module_name: 'dp_accounting.dp_event', class_name: name, ...fields };
}

function contains(mechanism: Mechanism, ...types: readonly Mechanism['type'][]): boolean {
  if (types.includes(mechanism.type)) return true;
  if (mechanism.type === 'composed') return mechanism.mechanisms.some(inner => contains(inner, ...types));
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

/** Kairouz, Liu and Steinke 2021, arXiv 2102.06387, theorem 1. */
function distributedDiscreteGaussianBounds(mechanism: DistributedDiscreteGaussian, factor: number): Zcdp[] {
  const { clientSigma, clients, dimension } = mechanism;
  const deviation = Math.sqrt(clients) * clientSigma;
  const l1 = (factor * mechanism.l1Sensitivity) / deviation;
  const l2 = (factor * mechanism.l2Sensitivity) / deviation;
  let tau = 0;
  for (let k = 1; k < clients; k++) tau += 10 * Math.exp(-2 * (Math.PI * clientSigma) ** 2 * (k / (k + 1)));
  return [
    { rho: l2 ** 2 / 2, xi: tau * dimension },
    { rho: (l2 ** 2 + 2 * l1 * tau + tau ** 2 * dimension) / 2, xi: 0 },
    { rho: (l2 + Math.sqrt(dimension) * tau) ** 2 / 2, xi: 0 },
  ];
}

/** Agarwal, Kairouz and Liu 2021, arXiv 2110.04995, theorem 3.5: the two arms of its minimum. */
function skellamBounds({ variance, l1Sensitivity, l2Sensitivity }: Skellam, factor: number): Zcdp[] {
  const l1 = factor * l1Sensitivity;
  const squared = (factor * l2Sensitivity) ** 2;
  const rho = squared / (2 * variance);
  return [
    { rho: rho + squared / (2 * variance ** 2), xi: Math.max(0, (6 * l1 - squared) / (4 * variance ** 2)) },
    { rho, xi: (3 * l1) / (2 * variance) },
  ];
}
