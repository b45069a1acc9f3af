import { readFileSync } from 'node:fs';
import type { Strategy } from '../../../../shared/privacy/mechanism.ts';
import type { Participation } from '../../../../shared/privacy/participation.ts';

/** Figures of other libraries; where they come from is in the file. */
export interface Reference {
  readonly strategies: readonly {
    readonly id: string;
    readonly participation: Participation;
    readonly strategy: Strategy;
    readonly sensitivitySquared: number;
    readonly meanSquaredError: number;
    readonly maxSquaredError: number;
    /** Of the prefix sums with the noise for mu = 1: square root of error times sensitivity. */
    readonly rmseAtMu1: number;
    readonly maxErrorAtMu1: number;
  }[];
  readonly treesRestarted: readonly {
    readonly id: string;
    readonly noiseMultiplier: number;
    readonly stepsPerTree: number;
    readonly trees: number;
    readonly rho: number;
  }[];
  readonly singleTrees: readonly (Participation & {
    readonly id: string;
    readonly noiseMultiplier: number;
    readonly sensitivitySquared: number;
    readonly rho: number;
  })[];
}

const FILE = new URL('../../../fixtures/privacy/matrix-factorization.json', import.meta.url);

export const reference = JSON.parse(readFileSync(FILE, 'utf8')) as Reference;
