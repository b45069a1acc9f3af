/** Time as a coordinator sees it, in milliseconds. */
export interface Clock {
  now(): number;
  /** Calls `run` once, when `now()` has reached `atMs`: never before, and never during this call. Returns the way to cancel it. */
  setTimer(atMs: number, run: () => void): () => void;
}

/** Beyond this Node's timers fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Milliseconds since 1970 when the process started, and from then on steady, whatever becomes of the system's clock. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  setTimer(atMs, run) {
    let timeout: NodeJS.Timeout;
    const arm = (): void => {
      const leftMs = atMs - systemClock.now();
      // Rounded up, and looked at again: a timer may fire a fraction of a millisecond early.
      timeout = setTimeout(
        () => (systemClock.now() < atMs ? arm() : run()),
        Math.min(Math.ceil(leftMs), MAX_TIMEOUT_MS),
      );
    };
    arm();
    return () => clearTimeout(timeout);
  },
};

interface VirtualTimer {
  readonly atMs: number;
  readonly run: () => void;
}

/** Time that passes only when told to, from 0: hours of rounds in an instant, the same each time. */
export class VirtualClock implements Clock {
  #nowMs = 0;
  /** The next one last; of those for one moment, the first set is run first. */
  readonly #timers: VirtualTimer[] = [];

  now(): number {
    return this.#nowMs;
  }

  /** When the next timer is due; Infinity: none is set. */
  get nextAtMs(): number {
    return this.#timers.at(-1)?.atMs ?? Infinity;
  }

  setTimer(atMs: number, run: () => void): () => void {
    const timer = { atMs, run };
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#timers[middle]!.atMs > atMs) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }

  /** Passes on to the next timer and runs it. False: none is set. */
  runNext(): boolean {
    const timer = this.#timers.pop();
    if (timer === undefined) return false;
    this.#nowMs = Math.max(this.#nowMs, timer.atMs);
    timer.run();
    return true;
  }

  /** Lets so much time pass, and runs the timers that fall into it. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    while (this.nextAtMs <= untilMs) this.runNext();
    this.#nowMs = untilMs;
  }
}
