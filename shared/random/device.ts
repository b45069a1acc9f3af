import type { Random } from './random.ts';
import { seededRandom } from './seeded.ts';

/** What a device draws random numbers for. */
export type DevicePurpose = 'contribute' | 'noise' | 'personalise';

/**
 * The stream of one device in a simulation: whoever plays the device, an array of virtual ones or a process of its own,
 * draws the same numbers. Rounds count as the coordinator numbers them; `personalise` uses 0.
 */
export function deviceRandom(seed: number, round: number, device: string, purpose: DevicePurpose): Random {
  return seededRandom(seed, 'device', round, device, purpose);
}
