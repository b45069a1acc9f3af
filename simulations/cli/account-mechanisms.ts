import { SettingsError } from '../../shared/errors.ts';
import { bltFor, optimiseBlt } from '../../shared/privacy/matrix-factorization/blt.ts';
import { strategyError } from '../../shared/privacy/matrix-factorization/error.ts';
import { sensitivitySquared } from '../../shared/privacy/matrix-factorization/sensitivity.ts';
import type { Adjacency, Mechanism, Strategy } from '../../shared/privacy/mechanism.ts';
import { maxParticipations, type Participation } from '../../shared/privacy/participation.ts';
import { integerL1Norm, roundedL2Norm } from '../../shared/privacy/rounding.ts';
import type { AccountFlags, MechanismName } from './account.ts';

/** One step's release, or the whole run's where noise is correlated, at some amount of noise. */
export interface Noised {
  readonly mechanism: Mechanism;
  /** Null where the noise has no scale. */
  readonly noiseMultiplier: number | null;
  /** The mechanism's own settings, by the names of their flags, and what follows from them. */
  readonly figures: Readonly<Record<string, number | Strategy>>;
}

/** How the command line speaks of a mechanism. */
export interface Family {
  /** Flags that state the noise; one of them or `--epsilon` is needed. */
  readonly noise: readonly (keyof AccountFlags)[];
  /** The other flags that belong to it, and which of them it cannot do without. */
  readonly own?: readonly (keyof AccountFlags)[];
  readonly needs?: readonly (keyof AccountFlags)[];
  /** Where no sampling says otherwise. */
  readonly adjacency: Adjacency;
  /** Covers all steps at once: nothing to sample or repeat. */
  readonly wholeRun?: true;
  /**
   * Everything but the noise. What it gives takes a noise multiplier, for calibration any positive number; without one
   * the flags say how much noise there is.
   */
  prepare(flags: AccountFlags): (noiseMultiplier?: number) => Noised;
}

/** Of conditional rounding, as in the experiments of Kairouz, Liu and Steinke 2021, arXiv 2102.06387. */
const DEFAULT_BETA = Math.exp(-0.5);

const gaussian: Family = {
  noise: ['noiseMultiplier'],
  adjacency: 'add-remove',
  prepare: flags => given => {
    const noiseMultiplier = given ?? flags.noiseMultiplier!;
    return { mechanism: { type: 'gaussian', noiseMultiplier }, noiseMultiplier, figures: {} };
  },
};

const laplace: Family = {
  noise: ['noiseMultiplier'],
  adjacency: 'add-remove',
  prepare: flags => given => {
    const noiseMultiplier = given ?? flags.noiseMultiplier!;
    return { mechanism: { type: 'laplace', noiseMultiplier }, noiseMultiplier, figures: {} };
  },
};

const discreteGaussian: Family = {
  noise: ['noiseMultiplier', 'sigma'],
  own: ['sensitivity', 'dimension'],
  adjacency: 'add-remove',
  prepare: flags => given => {
    const { sensitivity = 1, dimension = 1, noiseMultiplier = given } = flags;
    const sigma = noiseMultiplier === undefined ? flags.sigma! : noiseMultiplier * sensitivity;
    const figures = { sigma, sensitivity, dimension };
    return { mechanism: { type: 'discrete-gaussian', ...figures }, noiseMultiplier: sigma / sensitivity, figures };
  },
};

const discreteLaplace: Family = {
  noise: ['noiseMultiplier', 'noiseParameter'],
  own: ['sensitivity'],
  adjacency: 'add-remove',
  prepare: flags => {
    const { sensitivity = 1 } = flags;
    if (!Number.isInteger(sensitivity)) throw new SettingsError('--sensitivity of discrete-laplace is a whole number.');
    return given => {
      const { noiseMultiplier = given } = flags;
      const noiseParameter =
        noiseMultiplier === undefined ? flags.noiseParameter! : 1 / (noiseMultiplier * sensitivity);
      const figures = { noiseParameter, sensitivity };
      return {
        mechanism: { type: 'discrete-laplace', ...figures },
        noiseMultiplier: 1 / (noiseParameter * sensitivity),
        figures,
      };
    };
  },
};

const skellam: Family = {
  noise: ['noiseMultiplier', 'centralDeviation'],
  own: ['scale', 'clipNorm', 'dimension', 'beta'],
  needs: ['scale'],
  adjacency: 'add-remove',
  prepare: flags => {
    const rounded = roundedBounds(flags);
    return given => {
      const { clipNorm = 1, scale, noiseMultiplier = given } = flags;
      const centralDeviation = noiseMultiplier === undefined ? flags.centralDeviation! : noiseMultiplier * clipNorm;
      const variance = (scale! * centralDeviation) ** 2;
      return {
        mechanism: { type: 'skellam', variance, ...rounded.bounds },
        noiseMultiplier: centralDeviation / clipNorm,
        figures: { centralDeviation, ...rounded.figures, variance },
      };
    };
  },
};

const distributedDiscreteGaussian: Family = {
  noise: ['noiseMultiplier', 'clientDeviation'],
  own: ['scale', 'clipNorm', 'dimension', 'beta', 'clients'],
  needs: ['scale', 'clients'],
  adjacency: 'add-remove',
  prepare: flags => {
    const rounded = roundedBounds(flags);
    const clients = flags.clients!;
    return given => {
      const { clipNorm = 1, dimension = 1, scale, noiseMultiplier = given } = flags;
      const share = clipNorm / Math.sqrt(clients);
      const clientDeviation = noiseMultiplier === undefined ? flags.clientDeviation! : noiseMultiplier * share;
      const clientSigma = scale! * clientDeviation;
      return {
        mechanism: { type: 'distributed-discrete-gaussian', clientSigma, clients, ...rounded.bounds, dimension },
        noiseMultiplier: clientDeviation / share,
        figures: { clientDeviation, clients, ...rounded.figures, clientSigma },
      };
    };
  },
};

const randomizedResponse: Family = {
  noise: ['noiseParameter'],
  own: ['buckets'],
  needs: ['buckets'],
  adjacency: 'replace-one',
  // Calibration looks for odds; they have all positive numbers for a range, and more is more private.
  prepare: flags => {
    const buckets = flags.buckets!;
    if (buckets < 2) throw new SettingsError('--buckets is 2 or more: a single answer tells nothing.');
    if ((flags.noiseParameter ?? 0) > 1) {
      throw new SettingsError('--noise-parameter of randomized-response is a probability.');
    }
    return odds => {
      const noiseParameter = odds === undefined ? flags.noiseParameter! : odds / (1 + odds);
      const figures = { noiseParameter, buckets };
      return { mechanism: { type: 'randomized-response', ...figures }, noiseMultiplier: null, figures };
    };
  },
};

/** The families, by what `--mechanism` calls them. */
export const FAMILIES: Readonly<Record<MechanismName, Family>> = {
  gaussian,
  laplace,
  'discrete-gaussian': discreteGaussian,
  'discrete-laplace': discreteLaplace,
  skellam,
  'distributed-discrete-gaussian': distributedDiscreteGaussian,
  'randomized-response': randomizedResponse,
  toeplitz: correlated([], () => ({ type: 'toeplitz' })),
  blt: correlated(['buffers'], ({ buffers }, participation) =>
    buffers === undefined ? bltFor(participation) : optimiseBlt(participation, buffers),
  ),
  banded: correlated(['coefficients'], ({ coefficients }) => ({ type: 'banded', coefficients: coefficients! })),
};

/** Strategies of more steps or buffers take minutes to find. */
const MOST_CORRELATED_STEPS = 20_000;
const MOST_BUFFERS = 6;

function correlated(
  own: readonly (keyof AccountFlags)[],
  strategyOf: (flags: AccountFlags, participation: Participation) => Strategy,
): Family {
  return {
    noise: ['noiseMultiplier'],
    own: ['minSeparation', 'maxParticipations', ...own],
    needs: ['steps', ...own.filter(flag => flag === 'coefficients')],
    adjacency: 'zero-out',
    wholeRun: true,
    prepare: flags => {
      const { steps = 1, minSeparation = 1, buffers = 1 } = flags;
      if (steps > MOST_CORRELATED_STEPS || buffers > MOST_BUFFERS) {
        throw new SettingsError(
          `Correlated noise is computed for at most ${MOST_CORRELATED_STEPS} steps and ${MOST_BUFFERS} buffers. Lower --steps or --buffers.`,
        );
      }
      const most = maxParticipations(steps, minSeparation);
      const participation = {
        steps,
        minSeparation,
        maxParticipations: Math.min(flags.maxParticipations ?? most, most),
      };
      const strategy = strategyOf(flags, participation);
      const sensitivity = Math.sqrt(sensitivitySquared(strategy, participation));
      const error = Math.sqrt(strategyError(strategy, steps).mean);
      return given => {
        const noiseMultiplier = given ?? flags.noiseMultiplier!;
        return {
          mechanism: { type: 'matrix-factorization', strategy, ...participation, noiseMultiplier },
          noiseMultiplier,
          figures: {
            minSeparation,
            maxParticipations: participation.maxParticipations,
            sensitivity,
            // Of a coordinate of the running sum, over the clip norm, mean over the steps: what strategies compare by.
            rootMeanSquareError: noiseMultiplier * error,
            ...(strategy.type !== 'toeplitz' && { strategy }),
          },
        };
      };
    },
  };
}

/** Bounds of a contribution on the grid, after conditional rounding. */
function roundedBounds({ scale, clipNorm = 1, dimension = 1, beta = DEFAULT_BETA }: AccountFlags): {
  bounds: { l1Sensitivity: number; l2Sensitivity: number };
  figures: Readonly<Record<string, number>>;
} {
  const l2Sensitivity = roundedL2Norm(scale! * clipNorm, dimension, beta);
  const bounds = { l1Sensitivity: integerL1Norm(l2Sensitivity, dimension), l2Sensitivity };
  return { bounds, figures: { scale: scale!, clipNorm, dimension, beta, ...bounds } };
}
