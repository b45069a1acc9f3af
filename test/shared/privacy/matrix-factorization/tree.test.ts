import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SettingsError } from '../../../../shared/errors.ts';
import {
  restartedTreesSensitivitySquared,
  treeSensitivitySquared,
} from '../../../../shared/privacy/matrix-factorization/tree.ts';
import type { Participation } from '../../../../shared/privacy/participation.ts';
import { patterns } from './patterns.ts';
import { reference } from './reference.ts';

function bruteForce(participation: Participation): number {
  let largest = 0;
  for (const pattern of patterns(participation)) {
    let sum = 0;
    for (let size = 1; size <= participation.steps; size *= 2) {
      for (let start = 0; start + size <= participation.steps; start += size) {
        sum += pattern.filter(step => start <= step && step < start + size).length ** 2;
      }
    }
    largest = Math.max(largest, sum);
  }
  return largest;
}

describe('tree sensitivity', () => {
  it.each(reference.treesRestarted)('of restarted trees gives the rho of TensorFlow Privacy: $id', entry => {
    const rho = restartedTreesSensitivitySquared(entry.stepsPerTree, entry.trees) / (2 * entry.noiseMultiplier ** 2);
    expect(rho / entry.rho).toBeCloseTo(1, 12);
  });

  it.each(reference.singleTrees)('of a single tree gives the rho of TensorFlow Privacy: $id', entry => {
    const squared = treeSensitivitySquared(entry);
    expect(squared).toBe(entry.sensitivitySquared);
    expect(squared / (2 * entry.noiseMultiplier ** 2) / entry.rho).toBeCloseTo(1, 12);
  });

  it('of a single tree is the largest over every pattern', () => {
    const participations = fc.record({
      steps: fc.integer({ min: 1, max: 17 }),
      minSeparation: fc.integer({ min: 1, max: 6 }),
      maxParticipations: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(participations, participation => {
        expect(treeSensitivitySquared(participation)).toBe(bruteForce(participation));
      }),
      { numRuns: 300 },
    );
  });

  it('refuses what is no training', () => {
    expect(() => treeSensitivitySquared({ steps: 0, minSeparation: 1, maxParticipations: 1 })).toThrow(SettingsError);
  });
});
