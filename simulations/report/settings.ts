import type { SimulateSettings } from '../simulate/settings.ts';
import { distinct, groupBy } from './group.ts';

/** What a setting may be: lists and objects are written as JSON. */
export type SettingValue = string | number | boolean;
export type FlatSettings = Readonly<Record<string, SettingValue>>;

/** What fixes no result, or is not a setting but what is studied. */
const APART = new Set([
  'data',
  'columns',
  'maxBadShare',
  'learner',
  'learnerFile',
  'learnerOptions',
  'privacy',
  'processes',
  'workers',
  'seed',
  'evaluateEvery',
  'baselines',
]);

/**
 * The settings of a run by name, learners' options as `learner.option`, those of privacy without a prefix: as a study file
 * calls them. The seed, the data and the learner are not among them.
 */
export function flatSettings(settings: SimulateSettings): FlatSettings {
  const { learner, learnerOptions, privacy } = settings;
  const entries = [
    ...Object.entries(settings).filter(([name]) => !APART.has(name)),
    // What others follow from comes first: see `varied`.
    ...Object.entries(privacy).sort(([a], [b]) => rank(a) - rank(b)),
    ...Object.entries(learnerOptions).map(([name, value]) => [`${learner}.${name}`, value] as const),
  ];
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, plain(value)]])));
}

const LAST = ['adjacency', 'accountant', 'minSeparation'];

function rank(name: string): number {
  return LAST.indexOf(name);
}

function plain(value: unknown): SettingValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : JSON.stringify(value);
}

/** Settings that a study is about anyway. */
const MAIN = new Set(['trust', 'epsilon', 'noiseMultiplier']);

/**
 * Names of the settings that differ among points which are alike in the rest: `alike` names what a study varies anyway. Of
 * settings that always change together the first is named.
 */
export function varied<P extends { readonly settings: FlatSettings }>(
  points: readonly P[],
  alike: (point: P) => string,
): string[] {
  const groups = groupBy(points, alike);
  const names = distinct(points.flatMap(({ settings }) => Object.keys(settings)));
  const differing = names.filter(
    name =>
      !MAIN.has(name) &&
      Array.from(groups.values()).some(group => new Set(group.map(({ settings }) => settings[name])).size > 1),
  );
  return differing.filter((name, at) => !differing.slice(0, at).some(other => follows(name, other, groups)));
}

/** Whether in each group the one setting's value fixes the other's. */
function follows<P extends { readonly settings: FlatSettings }>(
  name: string,
  other: string,
  groups: ReadonlyMap<string, readonly P[]>,
): boolean {
  return Array.from(groups.values()).every(group => {
    const pairs = new Set(group.map(({ settings }) => JSON.stringify([settings[other], settings[name]])));
    return pairs.size === new Set(group.map(({ settings }) => settings[other])).size;
  });
}
