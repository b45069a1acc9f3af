import { jobName } from '../compare/job.ts';
import type { Plan } from '../compare/plan.ts';
import { pointName } from '../compare/point-name.ts';
import type { Study } from '../compare/study.ts';

/** What `compare --plan --json` prints: the run folders that there would be, the points, and what cannot be. */
export function planDocument({ points, jobs }: Plan, study: Study) {
  return {
    study: study.name,
    jobs: jobs.map(jobName),
    points: points.map(point => ({ ...pointName(point, study), runs: point.jobs.map(jobName) })),
    impossible: points.flatMap(point =>
      point.impossible ? [{ name: pointName(point, study).name, error: point.impossible }] : [],
    ),
  };
}

/** The same for people. */
export function planText(plan: Plan, study: Study): string {
  const { jobs, points, impossible } = planDocument(plan, study);
  return [
    ...jobs,
    ...impossible.map(({ name, error }) => `cannot be: ${name}: ${error.message}`),
    `${jobs.length} jobs for ${points.length} points`,
  ].join('\n');
}
