import { createLogUpdate } from 'log-update';
import type { CompareHooks, FinishedJob } from '../compare/compare.ts';
import { type Job, jobId, jobName } from '../compare/job.ts';
import type { Plan } from '../compare/plan.ts';
import type { JobError, JobTiming } from '../compare/runner.ts';
import type { Study } from '../compare/study.ts';
import { TimeLeft } from '../compare/time-left.ts';
import type { Finding } from '../runs/results.ts';
import { StudyCells } from './study-cells.ts';
import { durationText } from './table.ts';

/** How often the table on a terminal is drawn anew: clocks go on in it. */
const DRAW_EVERY_MS = 500;

/** A study on stderr: on a terminal a table that fills, elsewhere a line a job. */
export class StudyProgress {
  readonly #draw = process.stderr.isTTY ? createLogUpdate(process.stderr) : undefined;
  #cells: StudyCells | undefined;
  #timer: NodeJS.Timeout | undefined;
  #left = new TimeLeft([]);
  #total = 0;
  #done = 0;

  hooks(study: Study): Omit<CompareHooks, 'signal'> {
    return {
      notice: sentence => this.notice(sentence),
      planned: (plan, finished) => this.#planned(study, plan, finished),
      started: job => {
        this.#left.started(job);
        this.#cells?.started(job);
      },
      ended: (job, result, timing) => this.#ended(job, result, timing),
    };
  }

  /** A line of its own, above the table. */
  notice(sentence: string): void {
    this.#draw?.clear();
    process.stderr.write(`${sentence}\n`);
    this.#redraw();
  }

  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#draw?.clear();
    this.#cells = undefined;
  }

  #planned(study: Study, plan: Plan, finished: ReadonlyMap<string, FinishedJob>): void {
    const pending = plan.jobs.filter(job => !finished.has(jobId(job)));
    this.#left = new TimeLeft(pending);
    this.#total = plan.jobs.length;
    this.#done = this.#total - pending.length;
    const before = this.#done > 0 ? `, ${this.#done} of them done before` : '';
    this.notice(`${plan.jobs.length} jobs for ${plan.points.length} points${before}`);
    if (this.#draw === undefined) return;
    this.#cells = new StudyCells(study, plan, finished);
    this.#timer = setInterval(() => this.#redraw(), DRAW_EVERY_MS);
  }

  #ended(job: Job, result: Finding | JobError, timing: JobTiming | undefined): void {
    this.#done++;
    this.#left.ended(job);
    this.#cells?.ended(job, result);
    const took = timing ? ` in ${durationText(timing.seconds * 1e3)}` : '';
    if ('message' in result) this.notice(`${jobName(job)} failed${took}: ${result.message}`);
    else if (this.#draw === undefined) {
      const quality = `NDCG@10 ${result.metrics!.full['ndcg@10'].toFixed(4)}`;
      this.notice(`[${this.#done}/${this.#total}] ${jobName(job)}: ${quality}${took}${this.#leftText()}`);
    }
  }

  #leftText(): string {
    const { ms } = this.#left;
    return ms === undefined || this.#done === this.#total ? '' : `; about ${durationText(ms)} left`;
  }

  #redraw(): void {
    if (this.#cells === undefined) return;
    this.#draw?.(`${this.#cells.text()}\n${this.#done} of ${this.#total} jobs${this.#leftText()}`);
  }
}
