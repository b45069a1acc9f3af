import type { Pace } from '../shared/protocol/messages.ts';
import type { Random } from '../shared/random/random.ts';

/** More would leave the range of numbers after a year without a coordinator. */
const MAX_DOUBLINGS = 64;

/**
 * How long to stay away after losing a connection: exponential backoff with full jitter (uniform from zero to a ceiling
 * that doubles with each failure), which spreads out devices that a coordinator lost all at once.
 */
export class Backoff {
  /** What the coordinator suggested last. */
  pace: Pace;
  readonly #random: Random;
  #failures = 0;

  constructor(pace: Pace, random: Random) {
    this.pace = pace;
    this.#random = random;
  }

  /** The delay after one more failure, in milliseconds: at least `notBeforeMs`, the jitter on top of it. */
  next(notBeforeMs = 0): number {
    const { reconnectMinMs, reconnectMaxMs } = this.pace;
    const ceilingMs = Math.min(reconnectMaxMs, reconnectMinMs * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, MAX_DOUBLINGS);
    return notBeforeMs + this.#random.float() * ceilingMs;
  }

  /** The coordinator did its part of a round: start over from the shortest delay. */
  reset(): void {
    this.#failures = 0;
  }
}
