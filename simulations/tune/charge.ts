import { privacyWeights } from '../../server/privacy/run-privacy.ts';
import { scheduleOf } from '../../server/privacy/schedule.ts';
import { SettingsError } from '../../shared/errors.ts';
import { createLearner, type LearnerDefinitions } from '../../shared/learners/index.ts';
import { epsilonOf } from '../../shared/privacy/accountants/account.ts';
import { noiseMultiplierFor } from '../../shared/privacy/accountants/calibrate.ts';
import { compose } from '../../shared/privacy/compose.ts';
import type { Adjacency, Mechanism, PrivateSelection, RunCount } from '../../shared/privacy/mechanism.ts';
import { cohortOf, type RunData } from '../simulate/simulate.ts';
import type { Candidate } from './candidates.ts';
import { scoreMechanism } from './score.ts';

/** What private selection is to cost, at most. */
export interface SelectionTerms {
  /** `run`: of one run, its score included. `total`: of everything. */
  readonly budget: { readonly of: 'run' | 'total'; readonly epsilon: number };
  readonly runs: RunCount;
  /** Standard deviation of the noise on a run's hits, in users. */
  readonly scoreDeviation: number;
}

/** Fixed before anything is run: nothing in it depends on what the data say. */
export interface SelectionCharge {
  readonly mechanism: PrivateSelection;
  /** Of each candidate's training. */
  readonly noiseMultipliers: readonly number[];
  /** Of everything, of the costliest run alone, and of its score alone. */
  readonly epsilon: number;
  readonly runEpsilon: number;
  readonly scoreEpsilon: number;
  readonly delta: number;
  readonly adjacency: Adjacency;
}

/** A budget is met when what is spent stands no more than so much below it, relative. */
const SLACK = 1e-3;

/** The training and the score of one run by the settings of a candidate, at a noise multiplier. */
type Run = (noiseMultiplier: number) => Mechanism;

/**
 * The least noise for each candidate that keeps the budget, by the Renyi accountant, the one that knows private selection.
 *
 * @throws SettingsError, UnsupportedMechanismError if the settings do not fit, or no noise keeps the budget.
 */
export function chargeOf(
  candidates: readonly Candidate[],
  { budget, runs, scoreDeviation }: SelectionTerms,
  data: RunData,
  learners: LearnerDefinitions,
): SelectionCharge {
  const { privacy, evaluateUsers } = candidates[0]!.settings;
  const { trust, delta, adjacency } = privacy;
  if (evaluateUsers !== undefined) {
    throw new SettingsError(
      'Who is drawn for evaluation depends on who else is there, so one user more could move a score by more than 1. Leave evaluateUsers out.',
    );
  }
  if (trust !== 'central') {
    throw new SettingsError(
      'The coordinator adds the noise of a score, so it sees hits. Private selection needs trust "central".',
    );
  }
  const other = candidates.find(({ settings }) => settings.privacy.adjacency !== adjacency);
  if (other !== undefined) {
    throw new SettingsError(
      `Some candidates promise under ${adjacency}, others under ${other.settings.privacy.adjacency}, and one promise is made for all. Say which: --set adjacency=${adjacency}.`,
    );
  }
  const epsilon = (mechanism: Mechanism): number => epsilonOf(mechanism, delta, 'rdp', adjacency);
  const best = (...ofRuns: Mechanism[]): PrivateSelection => ({ type: 'private-selection', candidates: ofRuns, runs });
  const limited = (run: Mechanism): Mechanism => (budget.of === 'run' ? run : best(run));

  const score = scoreMechanism(scoreDeviation, adjacency);
  if (!(epsilon(limited(score)) < budget.epsilon)) {
    throw new SettingsError(
      `The scores alone cost epsilon ${epsilon(limited(score)).toPrecision(3)} of ${budget.epsilon}. Raise --score-deviation above ${scoreDeviation} users, or the budget.`,
    );
  }
  const runOf = candidates.map(candidate => trainingAndScore(candidate, score, data, learners));
  const noiseAt = (target: number): number[] => {
    const known = new Map<string, number>();
    return runOf.map(run => {
      const key = JSON.stringify(run(1));
      const noise =
        known.get(key) ?? noiseMultiplierFor(z => limited(run(z)), { epsilon: target, delta }, 'rdp', adjacency);
      known.set(key, noise);
      return noise;
    });
  };
  const mechanismAt = (noise: readonly number[]): PrivateSelection =>
    best(...distinct(runOf.map((run, at) => run(noise[at]!))));

  let target = budget.epsilon;
  let noiseMultipliers = noiseAt(target);
  let mechanism = mechanismAt(noiseMultipliers);
  // Candidates that keep a total each by itself may pass it together, as each has another order that is best for it.
  while (budget.of === 'total' && epsilon(mechanism) > budget.epsilon) {
    target *= (1 - SLACK) * (budget.epsilon / epsilon(mechanism));
    noiseMultipliers = noiseAt(target);
    mechanism = mechanismAt(noiseMultipliers);
  }
  return {
    mechanism,
    noiseMultipliers,
    epsilon: epsilon(mechanism),
    runEpsilon: Math.max(...mechanism.candidates.map(epsilon)),
    scoreEpsilon: epsilon(score),
    delta,
    adjacency,
  };
}

function trainingAndScore(
  { settings }: Candidate,
  score: Mechanism,
  { dataset, split }: RunData,
  learners: LearnerDefinitions,
): Run {
  const learner = createLearner(settings.learner, settings.learnerOptions, dataset.catalogue, learners);
  const shape = {
    weights: privacyWeights(learner),
    cohort: cohortOf(settings, split),
    population: split.users.length,
  };
  const { epsilon: _, ...privacy } = settings.privacy;
  return noiseMultiplier => {
    const { charges } = scheduleOf({ ...privacy, accountant: 'rdp', noiseMultiplier }, shape);
    return compose([...charges.flatMap(charge => charge ?? []), score]);
  };
}

function distinct(mechanisms: readonly Mechanism[]): Mechanism[] {
  return [...new Map(mechanisms.map(mechanism => [JSON.stringify(mechanism), mechanism])).values()];
}
