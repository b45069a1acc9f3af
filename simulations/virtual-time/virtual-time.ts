import type { RoundRecord } from '../../server/round/record.ts';

/**
 * What became of the work of an asked device. `counted`: it is in a sum that was folded. `abandoned`: its round was given
 * up after it was counted. `declined`: its numbers stopped being finite. `left`: it dropped out, or its availability
 * ended. `released`: it was told to stop. `late`: it was sending when the round ended, and what it sent was refused.
 */
export type Fate = 'counted' | 'abandoned' | 'declined' | 'left' | 'released' | 'late';

/** What a run on traces took, in the time of its devices. */
export interface VirtualTimeSummary {
  readonly durationMs: number;
  /** From the start of a round to its fold, of those that were not abandoned; null if there is none. */
  readonly roundMs: { readonly median: number; readonly p90: number } | null;
  /** How long devices worked, by what became of it. */
  readonly deviceMs: Readonly<Record<Fate, number>>;
  /** The share of it that was not counted; 0 if nobody was asked. */
  readonly wasted: number;
}

/** Adds up what devices and rounds took. */
export class VirtualTimes {
  readonly #roundMs: number[] = [];
  readonly #deviceMs: Record<Fate, number> = { counted: 0, abandoned: 0, declined: 0, left: 0, released: 0, late: 0 };
  /** Of the round that goes on: whether it counts is known when it is over. */
  #countedMs = 0;

  worked(ms: number, fate: Exclude<Fate, 'abandoned'>): void {
    if (fate === 'counted') this.#countedMs += ms;
    else this.#deviceMs[fate] += ms;
  }

  round({ outcome, recruitingMs, trainingMs, foldingMs }: RoundRecord): void {
    this.#deviceMs[outcome === 'done' ? 'counted' : 'abandoned'] += this.#countedMs;
    this.#countedMs = 0;
    if (outcome === 'done') this.#roundMs.push(recruitingMs + trainingMs + foldingMs);
  }

  summary(durationMs: number): VirtualTimeSummary {
    const sorted = this.#roundMs.toSorted((a, b) => a - b);
    const deviceMs = { ...this.#deviceMs };
    const total = Object.values(deviceMs).reduce((sum, ms) => sum + ms, 0);
    return {
      durationMs,
      roundMs: sorted.length === 0 ? null : { median: quantile(sorted, 0.5), p90: quantile(sorted, 0.9) },
      deviceMs,
      wasted: total === 0 ? 0 : 1 - deviceMs.counted / total,
    };
  }
}

/** The smallest value that so large a share is not above. */
function quantile(ascending: readonly number[], share: number): number {
  return ascending[Math.ceil(share * ascending.length) - 1]!;
}
