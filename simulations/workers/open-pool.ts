import { availableParallelism } from 'node:os';
import type { DevicePool } from './device-pool.ts';
import { OneThread } from './one-thread.ts';
import { Threads, type ThreadsOptions } from './threads.ts';

/** Fewer train in the time that threads take to start. */
const THREADS_FROM_DEVICES = 1_000;

/** How many threads play so many devices, where nobody says. */
export function usualWorkers(devices: number): number {
  return devices < THREADS_FROM_DEVICES ? 0 : availableParallelism();
}

/** So many threads, or this one for 0. */
export function openPool({ count, ...options }: ThreadsOptions): Promise<DevicePool> {
  const { learner, split, seed } = options;
  return count === 0 ? Promise.resolve(new OneThread(learner, split, seed)) : Threads.start({ count, ...options });
}
