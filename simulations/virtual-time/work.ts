/**
 * What a task costs the reference device, a phone of the middle range; another one takes `slowness` times as long for each
 * part of it. Round figures: what matters is how devices differ, and traces say that.
 */
export const REFERENCE_DEVICE = Object.freeze({
  /** Until training begins: the job is scheduled, a process starts, the model is read. */
  startMs: 10_000,
  /** Training, by the purchases of the history. */
  purchaseMs: 20,
  /** 20 and 5 Mbit/s. */
  downBytesPerMs: 2_500,
  upBytesPerMs: 625,
});

/** How long a device works on a task if nothing stops it, and for how long of that, at its end, it sends. In whole milliseconds. */
export interface Work {
  readonly totalMs: number;
  readonly uploadMs: number;
}

/** start + purchases x time of each + bytes / bandwidth down and up, all times the device's slowness. */
export function workOf(
  slowness: number,
  purchases: number,
  bytes: { readonly down: number; readonly up: number },
): Work {
  const { startMs, purchaseMs, downBytesPerMs, upBytesPerMs } = REFERENCE_DEVICE;
  const uploadMs = bytes.up / upBytesPerMs;
  const totalMs = startMs + purchases * purchaseMs + bytes.down / downBytesPerMs + uploadMs;
  return { totalMs: Math.ceil(slowness * totalMs), uploadMs: Math.floor(slowness * uploadMs) };
}
