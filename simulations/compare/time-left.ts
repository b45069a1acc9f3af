import type { Job } from './job.ts';

interface Known {
  readonly job: Job;
  readonly kind: string;
  /** Undefined: it waits. */
  startedAtMs?: number;
}

/** Estimates how long the jobs that are left will take, by how long those of the same kind took on the same data. */
export class TimeLeft {
  readonly #now: () => number;
  readonly #left: Map<Job, Known>;
  readonly #took = new Map<string, number[]>();
  #startedAtMs: number | undefined;
  #workedMs = 0;

  constructor(jobs: readonly Job[], now = () => performance.now()) {
    this.#now = now;
    this.#left = new Map(jobs.map(job => [job, { job, kind: kindOf(job) }]));
  }

  started(job: Job): void {
    const known = this.#left.get(job);
    if (known === undefined) return;
    known.startedAtMs = this.#now();
    this.#startedAtMs ??= known.startedAtMs;
  }

  ended(job: Job): void {
    const known = this.#left.get(job);
    this.#left.delete(job);
    if (known?.startedAtMs === undefined) return;
    const tookMs = this.#now() - known.startedAtMs;
    this.#workedMs += tookMs;
    this.#took.set(known.kind, [...(this.#took.get(known.kind) ?? []), tookMs]);
  }

  /** Undefined until something has ended: nobody knows. */
  get ms(): number | undefined {
    if (this.#startedAtMs === undefined || this.#workedMs === 0) return undefined;
    const now = this.#now();
    let worked = this.#workedMs;
    let left = 0;
    let longest = 0;
    for (const { kind, startedAtMs } of this.#left.values()) {
      const ran = startedAtMs === undefined ? 0 : now - startedAtMs;
      const rest = Math.max(0, this.#expectedMs(kind) - ran);
      worked += ran;
      left += rest;
      longest = Math.max(longest, startedAtMs === undefined ? 0 : rest);
    }
    // How many were at work at a time, in the mean.
    const parallel = Math.max(1, worked / (now - this.#startedAtMs));
    return Math.max(longest, left / parallel);
  }

  /** Of kinds that have not ended yet: as long as all others in the mean. */
  #expectedMs(kind: string): number {
    const took = this.#took.get(kind) ?? Array.from(this.#took.values()).flat();
    return took.reduce((sum, ms) => sum + ms, 0) / took.length;
  }
}

function kindOf({ kind, settings: { data, learner }, ...job }: Job): string {
  return JSON.stringify([data, learner, 'baseline' in job ? job.baseline : kind]);
}
