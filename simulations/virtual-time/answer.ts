import type { Random } from '../../shared/random/random.ts';
import { availableUntil, type DeviceTraces } from './traces.ts';
import type { Work } from './work.ts';

/** What an asked device will do if nothing stops it: known as soon as it is asked. */
export interface Answer {
  readonly askedAtMs: number;
  /** From here on what it sends is on its way, and comes even if the round is over. */
  readonly uploadAtMs: number;
  /** When it contributes, or leaves. */
  readonly atMs: number;
  readonly contributes: boolean;
}

/**
 * A device contributes when its work is done, unless its availability ends before, or it drops out: with the traces'
 * probability, at a uniformly drawn moment of its work.
 */
export function answerOf(
  traces: DeviceTraces,
  device: number,
  { totalMs, uploadMs }: Work,
  askedAtMs: number,
  random: Random,
): Answer {
  const doneAtMs = askedAtMs + totalMs;
  const dropsOut = random.float() < traces.dropout;
  const dropsOutAtMs = dropsOut ? askedAtMs + Math.floor(random.float() * totalMs) : Infinity;
  const leavesAtMs = Math.min(dropsOutAtMs, availableUntil(traces, device, askedAtMs)!);
  return {
    askedAtMs,
    uploadAtMs: doneAtMs - uploadMs,
    atMs: Math.min(doneAtMs, leavesAtMs),
    contributes: doneAtMs <= leavesAtMs,
  };
}
