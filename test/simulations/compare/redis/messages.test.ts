import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { learnerDefinitions } from '../../../../shared/learners/index.ts';
import { type Job, jobId } from '../../../../simulations/compare/job.ts';
import { packOutcome, readMessage, unpackOutcome } from '../../../../simulations/compare/redis/messages.ts';
import { CODE, jobOf, resultOf, TIMING } from './stage.ts';

/** As Redis gives it back. */
function sent(job: unknown): unknown {
  return JSON.parse(JSON.stringify({ job, refusals: {}, offers: 0 }));
}

test('a job of any learner comes out of Redis as it went in, to the order of its members', () => {
  const options = { privacy: { epsilon: 2, clipNorm: 0.7 }, cohort: 17, evaluateEvery: 3 };
  for (const learner of learnerDefinitions.keys()) {
    const run = jobOf({ learner, ...options });
    const reordered = Object.fromEntries(Object.entries(run).toReversed()) as unknown as Job;
    const baseline = { ...run, kind: 'baseline', baseline: 'ease' } as const;
    for (const job of [run, reordered, baseline]) {
      expect(JSON.stringify(readMessage(sent(job), jobId(job), CODE).job)).toBe(JSON.stringify(job));
    }
  }
});

test('of a learner of a file all but its options is checked', () => {
  const job = jobOf();
  const file = { path: 'mine.ts', backend: 'cpu' } as const;
  const own = {
    ...job,
    settings: { ...job.settings, learner: 'mine@1', learnerOptions: { own: 1 }, learnerFile: file },
  };
  expect(readMessage(sent(own), jobId(own), CODE).job).toEqual(JSON.parse(JSON.stringify(own)));
  const wrong = { ...own, settings: { ...own.settings, seed: -1 } };
  expect(() => readMessage(sent(wrong), jobId(wrong), CODE)).toThrow(/seed/);
});

test('a job that anybody could have written is refused', () => {
  const job = jobOf();
  const { settings } = job;
  const wrong: [unknown, RegExp][] = [
    [undefined, /no job/],
    [{ ...job, code: 'other' }, /of code other/],
    [{ ...job, dataHash: '../..' }, /no job.*dataHash/s],
    [{ ...job, kind: 'shell' }, /no job.*kind/s],
    [{ ...job, more: 1 }, /no job.*more/s],
    [{ ...job, settings: { ...settings, learner: 'knn' } }, /no learner "knn"/],
    [{ ...job, settings: { ...settings, more: 1 } }, /not valid.*more/s],
    [{ ...job, settings: { ...settings, learnerFile: '/etc/passwd' } }, /not valid.*learnerFile/s],
    // Complete settings only: what a default fills in is another job.
    [{ ...job, settings: { ...settings, privacy: {} } }, /not the job that its id says/],
  ];
  for (const [bad, says] of wrong) {
    const id = bad === undefined ? jobId(job) : jobId(bad as Job);
    expect(() => readMessage(sent(bad), id, CODE)).toThrow(says);
  }
  expect(() => readMessage(sent(job), jobId(jobOf({ seed: 2 })), CODE)).toThrow(/not the job that its id says/);
});

test('outcomes come out of Redis as they went in', () => {
  const error = { code: 'numerical', message: 'singular' };
  const outcomes = [
    resultOf(jobOf()),
    { status: 'failed', error },
    { status: 'failed', error, timing: TIMING },
  ] as const;
  for (const outcome of outcomes) {
    if (outcome.status !== 'stopped') expect(unpackOutcome(packOutcome(outcome))).toEqual(outcome);
  }
});

test('an outcome that anybody could have written is refused: no other files', () => {
  const done = resultOf(jobOf());
  const files = done.status === 'done' ? done.files : {};
  const wrong: [unknown, RegExp][] = [
    [{ ...done, files: { ...files, '../../.profile': 'x' } }, /none of Larder.*\.profile/s],
    [{ ...done, files: { 'config.json': '' } }, /none of Larder.*users\.csv/s],
    [{ ...done, timing: { ...TIMING, seconds: '1' } }, /none of Larder.*seconds/s],
    [{ status: 'stopped' }, /none of Larder/],
  ];
  for (const [bad, says] of wrong) expect(() => unpackOutcome(gzipSync(JSON.stringify(bad)))).toThrow(says);
  expect(() => unpackOutcome(Buffer.from('text'))).toThrow(/cannot be read/);
  expect(() => unpackOutcome(gzipSync('not JSON'))).toThrow(/cannot be read/);
});
