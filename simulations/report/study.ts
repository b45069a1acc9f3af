import { countText } from '../cli/table.ts';
import { parseWorldSpec } from '../data/synthetic/world-spec.ts';
import { distinct, groupBy } from './group.ts';
import { type Point, type StudiedData, studiedData } from './points.ts';
import { type Contents, readFolders } from './read-study.ts';
import { varied } from './settings.ts';

/** All that a report is made from. */
export interface Study extends Contents {
  /** In the order of their names. Of those that differ in their users alone all are here. */
  readonly data: readonly StudiedData[];
  /** What is shown of each data set is shown of these: of those that differ in their users alone the largest. */
  readonly shown: readonly StudiedData[];
  /** Data sets that differ in their users alone, two or more, ascending. */
  readonly populations: readonly (readonly StudiedData[])[];
  readonly learners: readonly string[];
  /** Ascending. */
  readonly epsilons: readonly number[];
  /** Settings beside data, learner, trust and epsilon that the study varies. */
  readonly varied: readonly string[];
  /** Versions of the code that made the runs: one, if all is well. */
  readonly codes: readonly string[];
}

export function studyOf(folders: readonly string[]): Study {
  const contents = readFolders(folders);
  const data = studiedData(contents.runs).sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  const families = Array.from(groupBy(data, familyOf).values(), family => family.toSorted((a, b) => a.users - b.users));
  const titled = families.map(family => titledFamily(family, families));
  const points = data.flatMap(set => set.points.map(point => ({ ...point, hash: set.hash })));
  return {
    ...contents,
    data,
    shown: titled,
    populations: families.filter(({ length }) => length > 1),
    learners: distinct(points.map(({ learner }) => learner)).sort(),
    epsilons: distinct(points.flatMap(({ epsilon }) => epsilon ?? [])).sort((a, b) => a - b),
    varied: varied(points, ({ hash, learner, trust, epsilon }) => JSON.stringify([hash, learner, trust, epsilon])),
    codes: distinct(contents.runs.map(({ code }) => code)).sort(),
  };
}

/** The largest of a family, called unlike those of other families. */
function titledFamily(family: readonly StudiedData[], families: readonly (readonly StudiedData[])[]): StudiedData {
  const largest = family.at(-1)!;
  const { title, name, users } = largest;
  if (family.length > 1) return { ...largest, title: `${title} of ${countText(users)} users` };
  const alike = families.filter(other => other.at(-1)!.title === title);
  return alike.length > 1 ? { ...largest, title: name } : largest;
}

/** The same for synthetic worlds that differ in the number of shoppers alone. */
function familyOf({ hash, spec }: StudiedData): string {
  const [kind, ...rest] = spec.split(':');
  if (kind !== 'synthetic') return hash;
  const { users: _, ...world } = parseWorldSpec(rest.join(':'));
  return JSON.stringify(world);
}

/** What differs from other points of the same learner, trust and epsilon, in words: empty where nothing does. */
export function variantOf({ settings }: Pick<Point, 'settings'>, varied: readonly string[]): string {
  return varied.flatMap(name => (settings[name] === undefined ? [] : `${name} ${settings[name]}`)).join(', ');
}

/** Points that share all that is varied but one setting, or but epsilon where `but` is undefined. */
export function linesOf(points: readonly Point[], { varied }: Study, but?: string): Point[][] {
  const others = varied.filter(name => name !== but);
  return Array.from(
    groupBy(points, ({ learner, trust, epsilon, settings }) =>
      JSON.stringify([learner, trust, but === undefined ? null : epsilon, others.map(name => settings[name])]),
    ).values(),
  );
}
