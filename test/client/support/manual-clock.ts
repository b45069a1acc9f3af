import type { Clock } from '../../../client/clock.ts';

/** Time that passes only when a test says so. */
export class ManualClock implements Clock {
  #nowMs = 0;
  #timers: { readonly atMs: number; readonly callback: () => void }[] = [];

  now(): number {
    return this.#nowMs;
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter(other => other !== timer);
    };
  }

  /** How long until each timer that is set, soonest first. */
  get delays(): number[] {
    return this.#timers.map(({ atMs }) => atMs - this.#nowMs).toSorted((a, b) => a - b);
  }

  /** Runs the timer that is due next, and passes on to its time. */
  runNext(): void {
    const next = this.#timers.toSorted((a, b) => a.atMs - b.atMs)[0];
    if (next === undefined) throw new Error('no timer is set');
    this.#timers = this.#timers.filter(timer => timer !== next);
    this.#nowMs = Math.max(this.#nowMs, next.atMs);
    next.callback();
  }

  /** Lets time pass; timers that fall due run in their order, those that they set included. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    while (this.#timers.some(({ atMs }) => atMs <= endMs)) this.runNext();
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }
}
