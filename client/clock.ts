/** Time, handed in, so that tests run it by hand. */
export interface Clock {
  /** Milliseconds since some fixed moment; only differences count. */
  now(): number;
  /** Calls back once after `delayMs`, unless the function that it returns is called before. */
  setTimer(delayMs: number, callback: () => void): () => void;
}

/** The longest delay that timers take; longer ones would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(delayMs, MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};
