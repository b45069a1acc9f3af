import { SettingsError } from '../../shared/errors.ts';
import type { BaselineName } from '../simulate/baselines.ts';
import { BASELINES } from '../simulate/settings.ts';
import type { Asked } from './asked.ts';
import { isNoised } from './grid.ts';
import { comparedNames } from './learners.ts';
import type { PlannedPoint } from './plan.ts';

/** A baseline, or what another combination has otherwise: values by axis, and perhaps another learner. */
export type Against = BaselineName | ReadonlyMap<string, string>;

const NO_NOISE: Against = new Map([
  ['epsilon', 'none'],
  ['noiseMultiplier', 'none'],
]);

/**
 * What a study's differences are taken from: a baseline by its name; `none`, the same combination without noise; or
 * `name=value,…`, the same combination but for these, such as `learner=ease,trust=central`.
 *
 * @throws SettingsError if it is none of these.
 */
export function againstOf({ study, learners }: Asked): Against {
  const { against, axes } = study;
  if (against === undefined || against === 'none') return NO_NOISE;
  const baseline = BASELINES.find(name => name === against);
  if (baseline !== undefined) return baseline;
  const names = comparedNames(study.learners, learners);
  const changes = new Map<string, string>();
  for (const part of against.split(',')) {
    const [axis = '', value = ''] = part.split('=', 2);
    const known = axis === 'learner' ? names.has(value) : axes[axis]?.map(String).includes(value);
    changes.set(axis, names.get(value) ?? value);
    if (known) continue;
    throw new SettingsError(
      `Differences cannot be taken against "${against}": the study has no ${axis} ${value}. Give none, ${BASELINES.join(', ')}, or a setting with one of the study's values, as in epsilon=none.`,
    );
  }
  return changes;
}

/**
 * The point that another's difference is taken from; undefined of baselines, and of one that would be its own. Where the
 * study does not say which, and has no noise at all or none of its points without, it is popularity.
 */
export function baselineOf(
  point: PlannedPoint,
  points: readonly PlannedPoint[],
  against: Against,
): PlannedPoint | undefined {
  if (point.baseline !== null) return undefined;
  const same = points.filter(({ data }) => data === point.data);
  const isBaseline = (name: BaselineName) => (other: PlannedPoint) =>
    other.baseline === name && (name !== 'pooled' || other.learner === point.learner) && agree(other, point, new Map());
  if (typeof against === 'string') return same.find(isBaseline(against));
  const twin = same.find(
    other =>
      other.baseline === null &&
      other.learner === (against.get('learner') ?? point.learner) &&
      agree(other, point, against),
  );
  const isDefault = against === NO_NOISE;
  if (isDefault && (twin === undefined || !same.some(isNoised))) return same.find(isBaseline('popularity'));
  return twin === point ? undefined : twin;
}

/** On every axis that both have, but for the changes. */
function agree(other: PlannedPoint, point: PlannedPoint, changes: ReadonlyMap<string, string>): boolean {
  return Object.entries(other.settings).every(([axis, value]) => {
    const wanted = changes.get(axis) ?? point.settings[axis];
    return wanted === undefined || String(wanted) === String(value);
  });
}
