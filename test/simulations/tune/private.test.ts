import { describe, expect, it } from 'vitest';
import type { RunCount } from '../../../shared/privacy/mechanism.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { builtInLearners } from '../../../simulations/compare/learners.ts';
import { studyOf } from '../../../simulations/compare/study.ts';
import { loadDataset } from '../../../simulations/data/index.ts';
import { runDataOf } from '../../../simulations/simulate/simulate.ts';
import { candidatesOf } from '../../../simulations/tune/candidates.ts';
import { selectPrivately } from '../../../simulations/tune/private.ts';
import { validationData } from '../../../simulations/tune/validation.ts';

const data = validationData(runDataOf(await loadDataset('synthetic:tiny'), 'last-item'), { holdout: 'last-item' });
const { definitions } = builtInLearners;
const ONE_RUN: RunCount = { type: 'negative-binomial', eta: 0, gamma: 1 };

/** The second can learn nothing: its contributions are cut to nothing, and drown in noise. */
const candidates = candidatesOf(
  studyOf({
    from: 'test',
    options: {
      learners: ['mf'],
      epsilon: 3,
      vary: { clipNorm: [5, 1e-9] },
      set: { 'mf.rounds': 4, 'mf.dimension': 4 },
    },
  }),
  builtInLearners,
).map(candidate => ({ ...candidate, settings: { ...candidate.settings, workers: 0 } }));

async function select(runs: RunCount, seed: number, noise = [0.01, 50], deviation = 0.05, aborted = false) {
  const mechanism = { type: 'private-selection', candidates: [], runs } as const;
  const signal = aborted ? AbortSignal.abort() : new AbortController().signal;
  const random = seededRandom(seed, 'test');
  return selectPrivately(
    candidates,
    { mechanism, noiseMultipliers: noise },
    deviation,
    data,
    definitions,
    random,
    signal,
  );
}

describe('selecting', () => {
  it('keeps the better of many runs, with its model and its score', async () => {
    const selected = await select({ type: 'poisson', mean: 9 }, 1);
    if (selected === 'none' || selected === undefined) throw new Error('nothing was selected');
    expect(selected.candidate).toBe(candidates[0]);
    expect(selected.model!.modelHash).toMatch(/^[0-9a-f]{64}$/);
    const alone = await Promise.all([1, 2, 3, 4, 5].map(seed => select(ONE_RUN, seed)));
    const scores = alone.map(one => (one === 'none' || one === undefined ? Number.NaN : one.score));
    expect(selected.score).toBeGreaterThanOrEqual(Math.max(...scores) - 2 / 60);
    // With next to no noise a score is a count of users.
    for (const score of scores) expect((score * 60) % 1).toBeCloseTo(0, 9);
  });

  it('is repeated by its seed', async () => {
    const runs: RunCount = { type: 'poisson', mean: 2.5 };
    expect(await select(runs, 4)).toEqual(await select(runs, 4));
  });

  it('draws candidates alike', async () => {
    const drawn = await Promise.all(Array.from({ length: 24 }, (_, seed) => select(ONE_RUN, seed)));
    const first = drawn.filter(one => typeof one === 'object' && one.candidate === candidates[0]).length;
    expect(first).toBeGreaterThan(4);
    expect(first).toBeLessThan(20);
  });

  it('selects nothing where no run was drawn, or it was interrupted', async () => {
    expect(await select({ type: 'poisson', mean: 1e-9 }, 1)).toBe('none');
    expect(await select(ONE_RUN, 1, [0.01, 50], 0.05, true)).toBeUndefined();
  });
});
