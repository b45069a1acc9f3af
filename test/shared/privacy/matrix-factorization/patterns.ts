import { mayTakePart, type Participation } from '../../../../shared/privacy/participation.ts';

/** Every set of steps that the rules allow one device. */
export function patterns({ steps, minSeparation, maxParticipations }: Participation): number[][] {
  const found: number[][] = [];
  const extend = (pattern: number[]): void => {
    found.push(pattern);
    if (pattern.length === maxParticipations) return;
    for (let step = 0; step < steps; step++) {
      if ((pattern.at(-1) ?? -1) < step && mayTakePart(pattern.at(-1), step, minSeparation)) extend([...pattern, step]);
    }
  };
  extend([]);
  return found;
}
