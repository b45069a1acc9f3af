/**
 * Who counts as a neighbour of whom, a user being everything on all of one shopper's devices.
 *
 * `add-remove`: one user more or less. `zero-out`: one user contributes zeros instead, so who takes part may be known.
 * `replace-one`: one user's data become any other: a contribution bounded by C moves the sum by up to 2 C.
 */
export type Adjacency = 'add-remove' | 'zero-out' | 'replace-one';

export const ADJACENCIES = ['add-remove', 'zero-out', 'replace-one'] as const satisfies readonly Adjacency[];

/**
 * What was released and how it was protected: frozen data that accountants read and nothing else interprets. The code
 * that adds noise makes the mechanism that describes it, in the same place.
 *
 * A noise multiplier is a standard deviation over the bound of one user's contribution (the clip norm C), whatever the
 * adjacency; accountants double the sensitivity for `replace-one` themselves.
 */
export type Mechanism =
  | Gaussian
  | Laplace
  | DiscreteGaussian
  | DiscreteLaplace
  | DistributedDiscreteGaussian
  | Skellam
  | RandomizedResponse
  | MatrixFactorization
  | PoissonSampled
  | SampledWithoutReplacement
  | Repeated
  | Composed
  | PrivateSelection;

export interface Gaussian {
  readonly type: 'gaussian';
  /** Standard deviation / L2 bound of one contribution. */
  readonly noiseMultiplier: number;
}

export interface Laplace {
  readonly type: 'laplace';
  /** Scale b (the standard deviation is b sqrt 2) / L1 bound of one contribution. */
  readonly noiseMultiplier: number;
}

/** On integer vectors (Canonne, Kamath and Steinke 2020, arXiv 2004.00010). */
export interface DiscreteGaussian {
  readonly type: 'discrete-gaussian';
  /** Parameter sigma of the noise, in steps of the grid. */
  readonly sigma: number;
  /** L2 bound of one contribution, in steps of the grid. */
  readonly sensitivity: number;
  /** Coordinates. With 1 the privacy loss is exact; with more, accountants use its zCDP bound. */
  readonly dimension: number;
}

/** On integers: P(x) is proportional to exp(-|x| noiseParameter). */
export interface DiscreteLaplace {
  readonly type: 'discrete-laplace';
  readonly noiseParameter: number;
  /** Bound of one contribution, an integer. */
  readonly sensitivity: number;
}

/** A sum of discrete Gaussians, one a client (Kairouz, Liu and Steinke 2021, arXiv 2102.06387, section 3). */
export interface DistributedDiscreteGaussian {
  readonly type: 'distributed-discrete-gaussian';
  /** Parameter sigma of each client's noise, in steps of the grid. */
  readonly clientSigma: number;
  readonly clients: number;
  /** Bounds of one contribution after rounding, in steps of the grid. */
  readonly l1Sensitivity: number;
  readonly l2Sensitivity: number;
  readonly dimension: number;
}

/** Symmetric Skellam noise on integers (Agarwal, Kairouz and Liu 2021, arXiv 2110.04995, section 3). */
export interface Skellam {
  readonly type: 'skellam';
  /** Of the whole sum a coordinate, in squared steps of the grid. */
  readonly variance: number;
  /** Bounds of one contribution after rounding, in steps of the grid. */
  readonly l1Sensitivity: number;
  readonly l2Sensitivity: number;
}

/** Of one value out of `buckets`: with probability `noiseParameter` a uniform one is told instead. */
export interface RandomizedResponse {
  readonly type: 'randomized-response';
  readonly noiseParameter: number;
  readonly buckets: number;
}

/**
 * Training with noise that is correlated over rounds, A = B C (McMahan et al. 2024, arXiv 2408.08868): the noise of the
 * encoded sums C x is Gaussian and independent. It covers all `steps` at once; a device takes part at most
 * `maxParticipations` times, any two at least `minSeparation` steps apart (j - i >= minSeparation).
 */
export interface MatrixFactorization {
  readonly type: 'matrix-factorization';
  readonly strategy: Strategy;
  readonly steps: number;
  readonly minSeparation: number;
  readonly maxParticipations: number;
  /** Standard deviation of the encoded sums' noise / clip norm. */
  readonly noiseMultiplier: number;
}

/** The first column of the lower-triangular Toeplitz matrix C; its first entry is c_0. */
export type Strategy =
  /** C = I: independent noise. */
  | { readonly type: 'identity' }
  /** c_j = binom(2j, j) / 4^j, the square root of the prefix sum (Fichtenberger, Henzinger and Upadhyay 2023). */
  | { readonly type: 'toeplitz' }
  /** c_j as listed, zero beyond. */
  | { readonly type: 'banded'; readonly coefficients: readonly number[] }
  /** Buffered linear: c_0 = 1, c_i = sum_j scales_j decays_j^(i-1) (arXiv 2408.08868, section 3). */
  | { readonly type: 'blt'; readonly decays: readonly number[]; readonly scales: readonly number[] };

/** Each user takes part with probability `samplingRate`, independently of all others, unknown to whoever sees the result. */
export interface PoissonSampled {
  readonly type: 'poisson-sampled';
  readonly samplingRate: number;
  /** A cohort that would be larger is cut to so many at random, out of `population`: the truncated mechanism. */
  readonly cap?: { readonly cohort: number; readonly population: number };
  readonly mechanism: Mechanism;
}

/** A uniform subset of fixed size. */
export interface SampledWithoutReplacement {
  readonly type: 'sampled-without-replacement';
  readonly population: number;
  readonly cohort: number;
  readonly mechanism: Mechanism;
}

/** The same mechanism `count` times, chosen adaptively. */
export interface Repeated {
  readonly type: 'repeated';
  readonly mechanism: Mechanism;
  readonly count: number;
}

/** All of them on the same data, each chosen adaptively. */
export interface Composed {
  readonly type: 'composed';
  readonly mechanisms: readonly Mechanism[];
}

/**
 * The best of K runs, K drawn from `runs` and never told (Liu and Talwar 2019; Papernot and Steinke 2022, arXiv
 * 2110.03620). What a run gives includes the score that it is judged by; nothing of any other run is released.
 */
export interface PrivateSelection {
  readonly type: 'private-selection';
  /** Each run is one of these, at least one, drawn anew without regard to the data. */
  readonly candidates: readonly Mechanism[];
  readonly runs: RunCount;
}

/** How many runs private selection makes. */
export type RunCount =
  /**
   * P(K = k) is proportional to (1 - gamma)^k (eta)_k / k! for k >= 1, with (eta)_k = eta (eta + 1) ... (eta + k - 1). eta = 1:
   * geometric; its limit at eta = 0: logarithmic. eta > -1; 0 < gamma <= 1, where 1 is always one run.
   */
  | { readonly type: 'negative-binomial'; readonly eta: number; readonly gamma: number }
  /** Which may be none at all. */
  | { readonly type: 'poisson'; readonly mean: number };
