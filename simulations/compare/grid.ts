import { SettingsError } from '../../shared/errors.ts';
import type { SimulateOptions } from '../simulate/settings.ts';
import type { ComparedLearners } from './learners.ts';
import type { Study, Value } from './study.ts';

/** What is compared: runs that differ in the seed alone share it. */
export interface Combination {
  readonly data: string;
  /** As the study calls it. */
  readonly learner: string;
  /** A value of each axis that is about this learner, as the study gives it. */
  readonly settings: Readonly<Record<string, Value>>;
}

const PRIVACY = [
  'trust',
  'epsilon',
  'noiseMultiplier',
  'delta',
  'adjacency',
  'accountant',
  'sampling',
  'noise',
  'minSeparation',
  'cohortCap',
  'clipNorm',
  'clipQuantile',
] as const;

const RUN = [
  'cohort',
  'trace',
  'overSelection',
  'minimum',
  'trainMs',
  'holdout',
  'evaluateUsers',
  'evaluateEvery',
  'easeLambda',
] as const satisfies readonly (keyof SimulateOptions)[];

/** Of these, without noise, nothing depends; or they cannot be had. */
const OF_NOISE: ReadonlySet<string> = new Set([
  'trust',
  'delta',
  'adjacency',
  'accountant',
  'noise',
  'cohortCap',
  'clipQuantile',
]);
const AMPLIFIED: readonly Value[] = ['poisson', 'without-replacement'];

/**
 * All of a study, in the order of its data, learners and axes.
 *
 * @throws SettingsError if an axis is about nothing that there is.
 */
export function combinations(study: Study, learners: readonly string[]): Combination[] {
  const known = new Set<string>([...PRIVACY, ...RUN]);
  for (const axis of Object.keys(study.axes)) {
    if (known.has(axis) || learners.some(learner => axis.startsWith(`${learner}.`))) continue;
    throw new SettingsError(
      `"${axis}" is no setting, and an option of no compared learner. Write ${learners[0]}.option for a learner's, or one of ${[...known].join(', ')}.`,
    );
  }
  return study.data.flatMap(data =>
    learners.flatMap(learner => {
      const own = Object.entries(study.axes).filter(([axis]) => known.has(axis) || axis.startsWith(`${learner}.`));
      return product(own).map(settings => ({ data, learner, settings }));
    }),
  );
}

/** The first axis changes slowest. */
function product(axes: readonly (readonly [string, readonly Value[]])[]): Record<string, Value>[] {
  return axes.reduce<Record<string, Value>[]>(
    (found, [axis, values]) => found.flatMap(settings => values.map(value => ({ ...settings, [axis]: value }))),
    [{}],
  );
}

/** Whether a combination asks for noise. */
export function isNoised({ settings }: Pick<Combination, 'settings'>): boolean {
  return [settings.epsilon, settings.noiseMultiplier].some(value => value !== undefined && value !== 'none');
}

/** The axes whose value matters to the runs of the combination. */
export function effective(combination: Combination): Record<string, Value> {
  const entries = Object.entries(combination.settings).filter(([axis, value]) => {
    if (axis.includes('.')) return true;
    if (value === 'none') return false;
    return isNoised(combination) || !(OF_NOISE.has(axis) || (axis === 'sampling' && AMPLIFIED.includes(value)));
  });
  return Object.fromEntries(entries);
}

/** What `simulate` would be asked for the runs of a combination, but for the seed. */
export function optionsOf(
  { columns, maxBadShare }: Study,
  combination: Combination,
  { files }: ComparedLearners,
): SimulateOptions {
  const { data, learner: called } = combination;
  const { name: learner, file } = files.get(called) ?? { name: called };
  const settings = Object.entries(effective(combination));
  const among = (names: readonly string[]) => Object.fromEntries(settings.filter(([axis]) => names.includes(axis)));
  const prefix = `${called}.`;
  const learnerOptions = settings.flatMap(([axis, value]) =>
    axis.startsWith(prefix) ? [[axis.slice(prefix.length), value]] : [],
  );
  return {
    data,
    ...(columns && { columns }),
    ...(maxBadShare !== undefined && { maxBadShare }),
    learner,
    ...(file && { learnerFile: file }),
    learnerOptions: Object.fromEntries(learnerOptions),
    privacy: among(PRIVACY),
    ...among(RUN),
  };
}
