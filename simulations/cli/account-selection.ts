import { SettingsError } from '../../shared/errors.ts';
import { compose } from '../../shared/privacy/compose.ts';
import type { Adjacency, Mechanism, RunCount } from '../../shared/privacy/mechanism.ts';
import { runsOf } from '../tune/runs.ts';
import { scoreMechanism } from '../tune/score.ts';
import type { AccountFlags } from './account.ts';

/** The best of several runs is what is released. */
export interface Selection {
  readonly expectedRuns: number;
  readonly runs: RunCount;
  /** Of the noise on the score that runs are chosen by, in users; undefined: the score follows from what a run releases. */
  readonly scoreDeviation?: number;
}

/** @throws SettingsError if the flags do not describe one; undefined if they speak of a single run. */
export function selectionOf({ bestOf, runs: distribution, scoreDeviation }: AccountFlags): Selection | undefined {
  if (bestOf === undefined) {
    if (distribution === undefined && scoreDeviation === undefined) return undefined;
    throw new SettingsError(
      '--runs and --score-deviation are about choosing among runs. Give --best-of, their mean number.',
    );
  }
  const runs = runsOf(distribution ?? 'poisson', bestOf);
  return { expectedRuns: bestOf, runs, ...(scoreDeviation !== undefined && { scoreDeviation }) };
}

/** What is released when the best of runs of `mechanism` is. */
export function bestOf({ runs, scoreDeviation }: Selection, mechanism: Mechanism, adjacency: Adjacency): Mechanism {
  const run =
    scoreDeviation === undefined ? mechanism : compose([mechanism, scoreMechanism(scoreDeviation, adjacency)]);
  return { type: 'private-selection', candidates: [run], runs };
}

export const SELECTION_ASSUMPTIONS = [
  'how many runs there were, and all that the others gave, stays secret; candidates are drawn without regard to the data',
  'runs are compared by what each of them releases, the score with its noise',
] as const;
