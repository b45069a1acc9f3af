import { expect, it } from 'vitest';
import type { Job } from '../../../simulations/compare/job.ts';
import { TimeLeft } from '../../../simulations/compare/time-left.ts';
import { simulateSettings } from '../../../simulations/simulate/settings.ts';

function job(learner: string, seed: number): Job {
  const settings = simulateSettings({ learner, seed });
  return { kind: 'run', settings, measures: [], dataHash: '', code: '' };
}

it('tells how long what is left takes, by kind of job and by how many are done at a time', () => {
  const jobs = [job('mf', 1), job('popularity', 1), job('mf', 2), job('popularity', 2), job('ease', 1)];
  const [mf1, popularity1, mf2] = jobs as [Job, Job, Job, Job, Job];
  let now = 1_000;
  const left = new TimeLeft(jobs, () => now);
  expect(left.ms).toBeUndefined();
  left.started(mf1);
  left.started(popularity1);
  now += 10;
  left.ended(popularity1);
  now += 90;
  // Nobody has seen mf or ease end: they count as popularity, of which mf has had more than enough.
  expect(left.ms).toBeCloseTo((0 + 10 + 10 + 10) / (110 / 100), 9);
  left.ended(mf1);
  left.started(mf2);
  // mf 100, popularity 10, ease their mean; 110 of work took 100.
  expect(left.ms).toBeCloseTo((100 + 10 + 55) / 1.1, 9);
  now += 40;
  expect(left.ms).toBeCloseTo((60 + 10 + 55) / (150 / 140), 9);
  left.ended(mf2);
  for (const other of jobs.slice(3)) {
    left.started(other);
    left.ended(other);
  }
  expect(left.ms).toBe(0);
});

it('is no shorter than what the longest that runs still needs', () => {
  const jobs = [job('mf', 1), job('mf', 2), job('mf', 3), job('mf', 4)];
  let now = 0;
  const left = new TimeLeft(jobs, () => now);
  for (const one of jobs) left.started(one);
  now = 100;
  left.ended(jobs[0]!);
  left.ended(jobs[1]!);
  left.ended(jobs[2]!);
  now = 110;
  expect(left.ms).toBe(0);
  const more = new TimeLeft([...jobs, job('mf', 5)], () => now);
  for (const one of jobs) more.started(one);
  now = 210;
  for (const one of jobs) more.ended(one);
  more.started(job('popularity', 9));
  expect(more.ms).toBeCloseTo(100 / 4, 9);
});
