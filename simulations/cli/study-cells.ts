import type { FinishedJob } from '../compare/compare.ts';
import { type Job, jobId } from '../compare/job.ts';
import type { Plan, PlannedPoint } from '../compare/plan.ts';
import { pointGrid } from '../compare/point-grid.ts';
import type { JobError } from '../compare/runner.ts';
import type { Study } from '../compare/study.ts';
import type { Finding } from '../runs/results.ts';
import { figureTable } from './table.ts';

/** Lines of a terminal that the table leaves to others. */
const OTHER_LINES = 8;

/** The table on a terminal: a cell a combination, of the data set that is being worked on. */
export class StudyCells {
  readonly #study: Study;
  readonly #points: readonly PlannedPoint[];
  readonly #quality = new Map<string, number>();
  readonly #running = new Set<string>();
  readonly #failed = new Set<string>();
  #data: string;

  constructor(study: Study, { points }: Plan, finished: ReadonlyMap<string, FinishedJob>) {
    this.#study = study;
    this.#points = points;
    for (const [id, { finding }] of finished) this.#quality.set(id, qualityOf(finding));
    this.#data = study.data[0]!;
  }

  started(job: Job): void {
    if (!this.#isBusy()) this.#data = job.settings.data;
    this.#running.add(jobId(job));
  }

  ended(job: Job, result: Finding | JobError): void {
    const id = jobId(job);
    this.#running.delete(id);
    if ('message' in result) this.#failed.add(id);
    else this.#quality.set(id, qualityOf(result));
  }

  /** As many rows as the terminal has room for: first those that are being worked on. */
  text(height = process.stderr.rows ?? 24): string {
    const runs = this.#points.filter(({ data, baseline }) => data === this.#data && baseline === null);
    const { columns, rows } = pointGrid(runs, point => point, this.#study);
    const room = Math.max(1, height - OTHER_LINES);
    const busy = rows.findIndex(({ points }) => points.some(point => point && this.#isRunning(point)));
    const from = Math.max(0, Math.min(busy, rows.length - room));
    const shown = rows.slice(from, from + room);
    return figureTable(
      [`${this.#data}: NDCG@10`, ...(columns.length > 0 ? columns : [''])],
      shown.map(({ label, points }) => [label, ...points.map(point => (point ? this.#cell(point) : ''))]),
    );
  }

  /** Whether the data set that is shown is worked on. */
  #isBusy(): boolean {
    return this.#points.some(point => point.data === this.#data && this.#isRunning(point));
  }

  #isRunning({ jobs }: PlannedPoint): boolean {
    return jobs.some(job => this.#running.has(jobId(job)));
  }

  /** The mean of the seeds that are done, and how many have ended of all. */
  #cell(point: PlannedPoint): string {
    const { jobs, impossible } = point;
    if (impossible !== undefined) return 'cannot be';
    const ids = jobs.map(jobId);
    const values = ids.flatMap(id => this.#quality.get(id) ?? []);
    const failed = ids.filter(id => this.#failed.has(id)).length;
    const ended = values.length + failed;
    const mean = values.length > 0 ? (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(4) : '';
    const state = failed > 0 ? ` ${failed} failed` : this.#isRunning(point) ? ' …' : '';
    return ended === 0 && state === '' ? '' : `${mean} ${ended}/${ids.length}${state}`;
  }
}

function qualityOf({ metrics }: Finding): number {
  return metrics!.full['ndcg@10'];
}
