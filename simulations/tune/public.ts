import { LarderError } from '../../shared/errors.ts';
import type { LearnerDefinitions } from '../../shared/learners/index.ts';
import type { SimulateHooks } from '../simulate/hooks.ts';
import type { RunData } from '../simulate/simulate.ts';
import type { Candidate } from './candidates.ts';
import { type Trial, trialOf } from './trial.ts';

/** What a candidate came to on data that may be looked at, means over the seeds. */
export interface PublicScore {
  readonly candidate: Candidate;
  readonly 'hr@10': number;
  readonly 'ndcg@10': number;
  /** Of one run on that data; null without noise. */
  readonly epsilon: number | null;
}

export interface FailedCandidate {
  readonly candidate: Candidate;
  readonly error: { readonly code: string; readonly message: string };
}

export interface PublicTuning {
  /** Best first: by HR@10, then NDCG@10. */
  readonly scores: readonly PublicScore[];
  readonly failed: readonly FailedCandidate[];
}

/**
 * Tries all candidates with each seed on data that are nobody's secret, split by `validationData`. A candidate that fails is
 * reported, and the others go on. Undefined if it was interrupted.
 */
export async function tuneOnPublic(
  candidates: readonly Candidate[],
  seeds: readonly number[],
  data: RunData,
  learners: LearnerDefinitions,
  hooks: SimulateHooks,
): Promise<PublicTuning | undefined> {
  const scores: PublicScore[] = [];
  const failed: FailedCandidate[] = [];
  for (const [at, candidate] of candidates.entries()) {
    const label = `[${at + 1}/${candidates.length}]`;
    const ofCandidate: SimulateHooks = {
      ...hooks,
      progress: step => hooks.progress({ ...step, label: `${label} ${step.label}` }),
      notice: sentence => hooks.notice(`${label} ${sentence}`),
    };
    try {
      const trials: Trial[] = [];
      for (const seed of seeds) {
        const trial = await trialOf({ ...candidate.settings, seed }, data, learners, ofCandidate);
        if (trial === undefined) return undefined;
        trials.push(trial);
      }
      const mean = (name: 'hr@10' | 'ndcg@10'): number =>
        trials.reduce((sum, { evaluation }) => sum + evaluation.full[name], 0) / trials.length;
      scores.push({ candidate, 'hr@10': mean('hr@10'), 'ndcg@10': mean('ndcg@10'), epsilon: trials[0]!.epsilon });
    } catch (error) {
      if (!(error instanceof LarderError)) throw error;
      const { code, message } = error;
      failed.push({ candidate, error: { code, message } });
      ofCandidate.notice(message);
    }
  }
  scores.sort((a, b) => b['hr@10'] - a['hr@10'] || b['ndcg@10'] - a['ndcg@10']);
  return { scores, failed };
}
