import { SettingsError } from '../errors.ts';

/** How often a device may take part in training of so many steps: what a correlated mechanism's sensitivity rests on. */
export interface Participation {
  readonly steps: number;
  /** Any two steps i < j of one device have j - i >= minSeparation. At least 1. */
  readonly minSeparation: number;
  /** A device takes part at most so often; more than fit the separation is the same as all that fit. */
  readonly maxParticipations: number;
}

/** The most steps that one device can take part in, when nothing but the separation limits it. */
export function maxParticipations(steps: number, minSeparation: number): number {
  return Math.floor((steps - 1) / minSeparation) + 1;
}

/** Whether a device that last took part in `lastStep`, or never did, may take part in `step`. */
export function mayTakePart(lastStep: number | undefined, step: number, minSeparation: number): boolean {
  return lastStep === undefined || step - lastStep >= minSeparation;
}

/** @throws SettingsError if it describes no training. */
export function checkParticipation({ steps, minSeparation, maxParticipations }: Participation): void {
  for (const value of [steps, minSeparation, maxParticipations]) {
    if (!(Number.isInteger(value) && value >= 1)) {
      throw new SettingsError(
        `Steps ${steps}, minSeparation ${minSeparation} and maxParticipations ${maxParticipations} do not describe a ` +
          'training. Give positive integers.',
      );
    }
  }
}
