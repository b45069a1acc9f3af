import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { BASELINES, type SimulateOptions, simulateSettings } from '../../simulate/settings.ts';
import { type Job, jobId, MEASURES } from '../job.ts';
import type { JobOutcome } from '../runner.ts';
import { RedisError } from './link.ts';

/** More than that no job gives: what unpacks to more is refused. */
const MAX_RESULT_BYTES = 1 << 30;

const error = z.strictObject({ code: z.string(), message: z.string() });

const asked = {
  settings: z.looseObject({
    learnerOptions: z.record(z.string(), z.unknown()),
    learnerFile: z.unknown().optional(),
  }),
  dataHash: z.hash('sha256'),
  code: z.string(),
  measures: z.array(z.enum(MEASURES)),
};

const messageSchema = z.strictObject({
  job: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('run'), ...asked }),
    z.strictObject({ kind: z.literal('baseline'), baseline: z.enum(BASELINES), ...asked }),
  ]),
  /** By worker: why it cannot do the job. */
  refusals: z.record(z.string(), error),
  /** How often it was put back since somebody could not do it. */
  offers: z.int().nonnegative(),
});

/** What stands in the queue under the job's id. */
export interface JobMessage extends Omit<z.output<typeof messageSchema>, 'job'> {
  readonly job: Job;
}

/**
 * Whoever can write to Redis may have written it.
 *
 * @throws RedisError if it is no job, or not that of the id and the code; SettingsError if its settings do not fit.
 */
export function readMessage(data: unknown, id: string | undefined, code: string): JobMessage {
  const parsed = messageSchema.safeParse(data);
  if (!parsed.success) throw new RedisError(`It is no job of Larder:\n${z.prettifyError(parsed.error)}`);
  const { job } = parsed.data;
  const checked = { ...job, settings: checkedSettings(job.settings) };
  if (job.code !== code) throw new RedisError(`It is a job of code ${job.code} in the queue of ${code}.`);
  // As it was sent, the order of the members included, because it goes into the files of the result.
  const message = data as JobMessage;
  if (jobId(checked) !== id || jobId(message.job) !== id) throw new RedisError('It is not the job that its id says.');
  return message;
}

/** The options of a learner of a file are for the file to check, which only the process that runs the job loads. */
function checkedSettings(settings: z.output<typeof asked.settings>): Job['settings'] {
  const options = settings as SimulateOptions & typeof settings;
  if (options.learnerFile === undefined) return simulateSettings(options);
  const { learner = '', learnerOptions } = options;
  const known = { ...options, learner: 'popularity', learnerOptions: {} };
  return { ...simulateSettings(known), learner, learnerOptions };
}

const outcomeSchema = z.discriminatedUnion('status', [
  z.strictObject({
    status: z.literal('done'),
    files: z.strictObject({
      'config.json': z.string(),
      'result.json': z.string(),
      'rounds.jsonl': z.string(),
      'users.csv': z.string(),
    }),
    timing: timing(),
  }),
  z.strictObject({ status: z.literal('failed'), error, timing: timing().exactOptional() }),
]);

function timing() {
  return z.strictObject({
    seconds: z.number().nonnegative(),
    cpuSeconds: z.number().nonnegative(),
    maxRssBytes: z.number().nonnegative(),
    host: z.string(),
    node: z.string(),
  });
}

export type Finished = Exclude<JobOutcome, { status: 'stopped' }>;

export function packOutcome(outcome: Finished): Buffer {
  return gzipSync(JSON.stringify(outcome));
}

/** Whoever can write to Redis may have written it. @throws RedisError if it is no outcome of a job. */
export function unpackOutcome(bytes: Buffer): Finished {
  let found: unknown;
  try {
    found = JSON.parse(gunzipSync(bytes, { maxOutputLength: MAX_RESULT_BYTES }).toString());
  } catch (cause) {
    throw new RedisError(`The result in Redis cannot be read: ${(cause as Error).message}`, { cause });
  }
  const parsed = outcomeSchema.safeParse(found);
  if (parsed.success) return parsed.data;
  throw new RedisError(`The result in Redis is none of Larder:\n${z.prettifyError(parsed.error)}`);
}
