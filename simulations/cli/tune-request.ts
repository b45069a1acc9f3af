import { SettingsError } from '../../shared/errors.ts';
import type { RunCount } from '../../shared/privacy/mechanism.ts';
import { type ComparedLearners, loadLearners } from '../compare/learners.ts';
import { type Study, studyOf } from '../compare/study.ts';
import { readStudyFile } from '../compare/study-file.ts';
import { type Candidate, candidatesOf } from '../tune/candidates.ts';
import type { SelectionTerms } from '../tune/charge.ts';
import { runsOf } from '../tune/runs.ts';
import { spelled } from './account-request.ts';
import type { TuneFlags } from './tune.ts';

/** What `larder tune` is asked, checked. */
export interface TuneRequest {
  readonly candidates: readonly Candidate[];
  readonly learners: ComparedLearners;
  readonly way: PublicWay | PrivateWay;
}

export interface PublicWay {
  readonly name: 'public';
  readonly seeds: readonly number[];
  /** The private data that the choice is for, where they were named; they are not read. */
  readonly target: string | undefined;
}

export interface PrivateWay {
  readonly name: 'private';
  readonly budget: SelectionTerms['budget'];
  readonly runs: RunCount;
  /** In users; undefined: a share of all. */
  readonly scoreDeviation: number | undefined;
  /** Undefined: numbers that nobody can repeat. */
  readonly seed: number | undefined;
}

/** Then a candidate is missed with probability e^-2, and there is no run at all with e^-8. */
const RUNS_PER_CANDIDATE = 2;
const LEAST_RUNS = 8;

const OF_PRIVATE = ['totalEpsilon', 'bestOf', 'runs', 'scoreDeviation', 'seed'] as const;
const OF_PUBLIC = ['seeds'] as const;

/** @throws SettingsError if neither way is asked for, flags contradict each other, or there is nothing to choose. */
export async function tuneRequest(
  path: string | undefined,
  flags: TuneFlags,
  notice: (sentence: string) => void,
): Promise<TuneRequest> {
  checkWay(flags);
  const study = studyFrom(path, flags);
  const learners = await loadLearners(study.learners ?? [], study.backend, notice);
  const { workers } = flags;
  const tried = flags.on === undefined ? study : { ...study, data: [flags.on === true ? 'synthetic' : flags.on] };
  const candidates = candidatesOf(tried, learners).map(candidate =>
    workers === undefined ? candidate : { ...candidate, settings: { ...candidate.settings, workers } },
  );
  const target = flags.data ?? (path === undefined ? undefined : study.data[0]);
  const way: TuneRequest['way'] =
    flags.private === undefined
      ? { name: 'public', seeds: study.seeds, target }
      : {
          name: 'private',
          budget: budgetOf(flags, study),
          runs: runsOf(
            flags.runs ?? 'poisson',
            flags.bestOf ?? Math.max(LEAST_RUNS, RUNS_PER_CANDIDATE * candidates.length),
          ),
          scoreDeviation: flags.scoreDeviation,
          seed: flags.seed,
        };
  return { candidates, learners, way };
}

function checkWay(flags: TuneFlags): void {
  if (flags.on === undefined && flags.private === undefined) {
    throw new SettingsError(
      'Whoever tries settings on private data and keeps the best has looked at the data with every try: the choice itself tells of the shoppers, and no epsilon of a run counts that. Give --on DATA to choose on public or synthetic data, which costs nothing, or --private to choose on the private data by a private selection, whose whole cost is told.',
    );
  }
  if (flags.on !== undefined && flags.private !== undefined) {
    throw new SettingsError('--on and --private are two ways to choose. Give one of them.');
  }
  const [foreign, way] =
    flags.private === undefined ? ([OF_PRIVATE, '--private'] as const) : ([OF_PUBLIC, '--on'] as const);
  const given = foreign.find(flag => flags[flag] !== undefined);
  if (given !== undefined) throw new SettingsError(`${spelled(given)} belongs to ${way}. Leave it out.`);
}

function studyFrom(path: string | undefined, flags: TuneFlags): Study {
  const { learners, backend, maxBadShare, vary, set, seeds, column, data } = flags;
  // Of a private choice the total stands for the epsilon of a run until the noise is found.
  const epsilon = flags.epsilon ?? flags.totalEpsilon;
  const options = { learners, backend, maxBadShare, vary, set, seeds, columns: column, data, epsilon };
  const study = studyOf(
    { from: 'larder tune', options: { learners: ['mf'], seeds: [1] } },
    ...(path === undefined ? [] : [{ from: path, options: readStudyFile(path) }]),
    {
      from: 'The command line',
      options: Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    },
  );
  if (study.data.length > 1)
    throw new SettingsError('Settings are chosen for one data set at a time. Give --data one.');
  return study;
}

function budgetOf({ epsilon, totalEpsilon }: TuneFlags, { axes }: Study): SelectionTerms['budget'] {
  if (epsilon !== undefined && totalEpsilon !== undefined) {
    throw new SettingsError('--epsilon is of one run, and --total-epsilon of all together. Give one of them.');
  }
  if (totalEpsilon !== undefined) return { of: 'total', epsilon: totalEpsilon };
  const [ofRun] = axes.epsilon ?? [];
  if (typeof ofRun === 'number') return { of: 'run', epsilon: ofRun };
  throw new SettingsError(
    'Runs without noise cannot be chosen from privately. Give --epsilon, of one run, or --total-epsilon, of everything.',
  );
}
