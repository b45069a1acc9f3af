import { SettingsError } from '../../shared/errors.ts';
import { hasPooledTwin } from '../baselines/pooled.ts';
import type { BaselineName } from '../simulate/baselines.ts';
import { type SimulateOptions, type SimulateSettings, simulateSettings } from '../simulate/settings.ts';
import { builtInLearners } from './learners.ts';

/** What `compare` may be given. */
export interface CompareOptions
  extends Pick<SimulateOptions, 'data' | 'columns' | 'maxBadShare' | 'holdout' | 'baselines' | 'easeLambda'> {
  /** Names, or paths of files; all that Larder has if left out. */
  readonly learners?: readonly string[];
  /** One run of each learner for each of them; 1, 2, 3 if left out. */
  readonly seeds?: readonly number[];
  /** Learners' options by `learner.option`, the learner called as in `learners`. */
  readonly set?: Readonly<Record<string, unknown>>;
}

/** A piece of a comparison: plain data that fixes its result, wherever and whenever it is done. */
export interface Job {
  /** No two of a comparison share it; the name of the job's folder. */
  readonly name: string;
  /** What is compared: jobs that differ in the seed alone share it. */
  readonly contender: string;
  /** A run, or the one baseline that the settings name. */
  readonly kind: 'run' | 'baseline';
  readonly settings: SimulateSettings;
}

/** A run of each learner for each seed. @throws SettingsError before anything is loaded or trained. */
export function runJobs(options: CompareOptions, { definitions, files } = builtInLearners): Job[] {
  const { learners = [...definitions.keys()], seeds = [1, 2, 3], set = {}, ...common } = options;
  checkDistinct('--learners', learners);
  checkDistinct('--seeds', seeds);
  const optionsOf = optionsByLearner(set, learners);
  return learners.flatMap(called => {
    const { name: learner, file } = files.get(called) ?? { name: called };
    const learnerOptions = optionsOf.get(called)!;
    return seeds.map((seed): Job => {
      const given = { ...common, learner, learnerOptions, seed, ...(file && { learnerFile: file }) };
      const settings = simulateSettings(given, definitions);
      return {
        name: fileName(`${learner} seed ${seed}`),
        contender: `${learner}, federated`,
        kind: 'run',
        settings: { ...settings, baselines: [] },
      };
    });
  });
}

/**
 * The runs, and among them the baselines, each once: `pooled` behind the runs of its learner, with the first of their
 * seeds. Popularity is the yardstick, so it is there whether asked for or not; it is its own pooled twin.
 */
export function withBaselines(runs: readonly Job[], baselines: readonly BaselineName[]): Job[] {
  const baseline = (contender: string, name: BaselineName, { settings }: Job): Job => ({
    name: fileName(contender),
    contender,
    kind: 'baseline',
    settings: { ...settings, baselines: [name] },
  });
  const twin = (run: Job): Job[] => {
    const { learner } = run.settings;
    return baselines.includes('pooled') && learner !== 'popularity' && hasPooledTwin(learner)
      ? [baseline(`${learner}, pooled`, 'pooled', run)]
      : [];
  };
  const [first] = runs as [Job];
  return [
    baseline('popularity, pooled', 'popularity', first),
    ...Array.from(new Set(runs.map(({ contender }) => contender))).flatMap(contender => {
      const ofLearner = runs.filter(run => run.contender === contender);
      return [...ofLearner, ...twin(ofLearner[0]!)];
    }),
    ...(baselines.includes('ease') ? [baseline('EASE, pooled', 'ease', first)] : []),
  ];
}

function checkDistinct(flag: string, values: readonly (string | number)[]): void {
  if (values.length === 0) throw new SettingsError(`There is nothing to compare. Give ${flag} at least one.`);
  const repeated = values.find((value, at) => values.indexOf(value) < at);
  if (repeated !== undefined) throw new SettingsError(`${flag} has ${repeated} twice. Give it once.`);
}

function optionsByLearner(
  set: Readonly<Record<string, unknown>>,
  learners: readonly string[],
): ReadonlyMap<string, Record<string, unknown>> {
  const options = new Map<string, Record<string, unknown>>(learners.map(learner => [learner, {}]));
  for (const [key, value] of Object.entries(set)) {
    const learner = learners.find(name => key.startsWith(`${name}.`));
    if (learner === undefined) {
      throw new SettingsError(`"${key}" is an option of no compared learner. Write --set ${learners[0]}.option=value.`);
    }
    options.get(learner)![key.slice(learner.length + 1)] = value;
  }
  return options;
}

/** Without what means something to a file system. */
function fileName(text: string): string {
  return text.replaceAll(/[^\w.]+/g, '-').replace(/^[.-]+/, '');
}
