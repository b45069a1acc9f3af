import type { PointName } from './comparison.ts';
import type { PlannedPoint } from './plan.ts';
import type { Study, Value } from './study.ts';

const OWN = ['trust', 'epsilon', 'clipNorm', 'cohort'];

export function pointName(point: PlannedPoint, study: Study): PointName {
  const { data, baseline, learner, settings } = point;
  const number = (value: Value | undefined): number | null => (typeof value === 'number' ? value : null);
  return {
    name: nameOf(point, study),
    data,
    baseline,
    learner,
    trust: typeof settings.trust === 'string' ? settings.trust : null,
    epsilon: number(settings.epsilon),
    clipNorm: number(settings.clipNorm),
    cohort: settings.cohort === 'all' ? 'all' : number(settings.cohort),
    settings: Object.fromEntries(Object.entries(settings).filter(([axis]) => !OWN.includes(axis))),
  };
}

/** Names what the study varies, and leaves out what all of it shares. */
function nameOf({ baseline, learner, settings }: PlannedPoint, { axes }: Study): string {
  const what =
    baseline === null ? `${learner}, federated` : baseline === 'pooled' ? `${learner}, pooled` : BASELINE[baseline];
  const varied = Object.entries(settings).filter(([axis]) => axes[axis]!.length > 1);
  return [what, ...varied.map(([axis, value]) => valueName(axis, value))].join(', ');
}

const BASELINE = { popularity: 'popularity, pooled', ease: 'EASE, pooled' } as const;

/** As rows and columns of tables call it. */
export function valueName(axis: string, value: Value): string {
  if (axis === 'trust') return String(value);
  return axis === 'epsilon' && value === 'none' ? 'no noise' : `${axis} ${value}`;
}
