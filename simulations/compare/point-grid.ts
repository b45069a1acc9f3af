import type { PlannedPoint } from './plan.ts';
import { valueName } from './point-name.ts';
import type { Study, Value } from './study.ts';

/** A table over points of one data set: a row for all that differ in epsilon alone, a column for each epsilon. */
export interface PointGrid<Point> {
  /** Empty where the study has one epsilon: then there is one column. */
  readonly columns: readonly string[];
  readonly rows: readonly { readonly label: string; readonly points: readonly (Point | undefined)[] }[];
}

type Gridded = Pick<PlannedPoint, 'learner' | 'settings'>;

/** `asked` gives the values of a point as the study does. */
export function pointGrid<Point>(
  points: readonly Point[],
  asked: (point: Point) => Gridded,
  { axes }: Pick<Study, 'axes'>,
): PointGrid<Point> {
  const epsilons = axes.epsilon!;
  const rows = new Map<string, (Point | undefined)[]>();
  for (const point of points) {
    const { learner, settings } = asked(point);
    const varied = Object.entries(settings).filter(([axis]) => axis !== 'epsilon' && (axes[axis]?.length ?? 0) > 1);
    const label = [learner, ...varied.map(([axis, value]) => valueName(axis, value))].join(', ');
    const row = rows.get(label) ?? epsilons.map(() => undefined);
    row[epsilons.indexOf(settings.epsilon as Value)] = point;
    rows.set(label, row);
  }
  return {
    columns: epsilons.length > 1 ? epsilons.map(value => valueName('epsilon', value)) : [],
    rows: Array.from(rows, ([label, found]) => ({ label, points: found })),
  };
}
