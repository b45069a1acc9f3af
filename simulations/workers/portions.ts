import { sharedColumn } from '../data/shared-columns.ts';

/** How many users a thread takes at a time: few, as some have a hundred times the history of others. */
export const PORTION = 16;

const NEXT = 0;
const DONE = 1;
const STOPPED = 2;
const LOCK = 3;

/** A list that threads work off together: whoever is free takes the next portion. */
export class SharedPortions {
  /** Shared memory. */
  readonly cells: Int32Array;
  readonly #length: number;

  /** `cells` of another thread's portions, to share them. */
  constructor(length: number, cells = sharedColumn(Int32Array, 4)) {
    this.cells = cells;
    this.#length = length;
  }

  /** From where, and up to, not with, where; undefined if there is no more. */
  next(): { from: number; to: number } | undefined {
    if (Atomics.load(this.cells, STOPPED) === 1) return undefined;
    const from = Atomics.add(this.cells, NEXT, PORTION);
    return from < this.#length ? { from, to: Math.min(from + PORTION, this.#length) } : undefined;
  }

  /** The users of a portion are through. */
  done(count: number): void {
    Atomics.add(this.cells, DONE, count);
  }

  /** How many users all threads are through with. */
  get doneCount(): number {
    return Atomics.load(this.cells, DONE);
  }

  /** Nobody gets another portion. */
  stop(): void {
    Atomics.store(this.cells, STOPPED, 1);
  }

  /** Runs in one thread at a time. Not for the main thread of a browser, which may not wait. */
  alone(work: () => void): void {
    while (Atomics.compareExchange(this.cells, LOCK, 0, 1) !== 0) Atomics.wait(this.cells, LOCK, 1);
    try {
      work();
    } finally {
      Atomics.store(this.cells, LOCK, 0);
      Atomics.notify(this.cells, LOCK, 1);
    }
  }
}
