import type { Curve } from './curve.ts';

/** Probabilities of losses at consecutive multiples of an interval, tilted: e^(order loss - logMoment) times too large. */
export interface TiltedLosses {
  readonly masses: Float64Array;
  /** Index of the first one. */
  readonly first: number;
  readonly interval: number;
  readonly order: number;
  readonly logMoment: number;
  /** Probability of larger losses. */
  readonly beyond: number;
}

/** The hockey-stick curve of losses on a grid: E[max(0, 1 - e^(epsilon - loss))], exact at all epsilon from `first` on. */
export class GridCurve implements Curve {
  readonly largestLoss: number;
  readonly #interval: number;
  /** Index of the first delta, not negative. */
  readonly #first: number;
  readonly #deltas: Float64Array;

  constructor({ masses, first, interval, order, logMoment, beyond }: TiltedLosses) {
    const last = first + masses.length - 1;
    this.#interval = interval;
    this.#first = Math.max(0, first);
    this.#deltas = new Float64Array(last - this.#first + 1);
    this.largestLoss = beyond > 0 ? Infinity : last * interval;
    // Sums over the losses above k, of the masses times e^(-order distance), and of those times 1 - e^-distance.
    let tail = 0;
    let excess = 0;
    for (let k = last; k >= this.#first; k--) {
      this.#deltas[k - this.#first] = Math.min(1, beyond + Math.exp(logMoment - order * k * interval) * excess);
      tail = Math.exp(-order * interval) * (tail + masses[k - first]!);
      excess = Math.exp(-(order + 1) * interval) * excess - Math.expm1(-interval) * tail;
    }
  }

  /** Linear in e^epsilon between losses; below the first one, on the line to delta = 1 at e^epsilon = 0. */
  delta(epsilon: number): number {
    const index = Math.floor(epsilon / this.#interval) - this.#first;
    if (index < 0) return 1 - Math.exp(epsilon - this.#first * this.#interval) * (1 - this.#deltas[0]!);
    const here = this.#deltas[index];
    const next = this.#deltas[index + 1];
    if (here === undefined || next === undefined) return this.#deltas.at(-1)!;
    const distance = (this.#first + index + 1) * this.#interval - epsilon;
    return next + (here - next) * Math.min(1, Math.expm1(-distance) / Math.expm1(-this.#interval));
  }
}
