import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { contentHash } from '../../shared/hash.ts';
import type { LearnerDefinitions } from '../../shared/learners/index.ts';
import { type Job, MEASURES } from '../compare/job.ts';
import { TFJS_BACKENDS } from '../learners/backend.ts';
import { chooseLearner } from '../learners/choose.ts';
import { RunFolderError } from '../runs/run-folder.ts';
import { BASELINES, simulateSettings } from '../simulate/settings.ts';

/** Files that are the same bytes when a run is repeated. */
export const REPEATED_FILES = ['result.json', 'rounds.jsonl', 'users.csv'] as const;

/** A run as its folder tells of it. */
export interface KeptRun {
  /** What the run was called, which is part of what devices were sent. */
  readonly name: string | undefined;
  readonly job: Job;
  readonly learners: LearnerDefinitions;
  readonly files: Readonly<Record<(typeof REPEATED_FILES)[number], string>>;
  /** The hash of its model file; undefined where the model was not kept. */
  readonly modelFile: string | undefined;
  readonly versions: { readonly larder: string; readonly code: string; readonly node: string };
}

const settings = z.looseObject({
  data: z.string(),
  learner: z.string(),
  learnerFile: z.strictObject({ path: z.string(), backend: z.enum(TFJS_BACKENDS) }).optional(),
});
const versions = { larder: z.string(), code: z.string(), node: z.string() };
const job = {
  settings,
  dataHash: z.string(),
  code: z.string(),
  measures: z.array(z.enum(MEASURES)),
};
const configSchema = z.union([
  z.strictObject({
    job: z.discriminatedUnion('kind', [
      z.strictObject({ ...job, kind: z.literal('run') }),
      z.strictObject({ ...job, kind: z.literal('baseline'), baseline: z.enum(BASELINES) }),
    ]),
    id: z.string(),
    ...versions,
  }),
  z.strictObject({ run: z.string(), settings, ...versions }),
]);

const resultSchema = z.looseObject({ data: z.looseObject({ hash: z.string() }) });

/**
 * Reads a run folder of `simulate` or `compare`.
 *
 * @throws RunFolderError if it holds no finished run. @throws SettingsError if its settings are not those of a run.
 */
export async function readKeptRun(folder: string, notice: (sentence: string) => void): Promise<KeptRun> {
  const config = parse(folder, 'config.json', configSchema);
  const result = parse(folder, 'result.json', resultSchema);
  const given = 'job' in config ? config.job.settings : config.settings;
  const { learnerFile } = given;
  const { learners } = await chooseLearner(
    learnerFile ? { learner: learnerFile.path, backend: learnerFile.backend } : { learner: given.learner },
    notice,
  );
  const complete = simulateSettings(given, learners);
  const { larder, code, node } = config;
  return {
    name: 'run' in config ? config.run : undefined,
    job:
      'job' in config
        ? { ...config.job, settings: complete }
        : { kind: 'run', settings: complete, measures: [], dataHash: result.data.hash, code },
    learners,
    files: {
      'result.json': read(folder, 'result.json'),
      'rounds.jsonl': read(folder, 'rounds.jsonl'),
      'users.csv': read(folder, 'users.csv'),
    },
    modelFile: hashOf(join(folder, 'model.safetensors')),
    versions: { larder, code, node },
  };
}

function parse<T>(folder: string, name: string, schema: z.ZodType<T>): T {
  const text = read(folder, name);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new RunFolderError(`${join(folder, name)} is no JSON: ${(cause as Error).message}`, { cause });
  }
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new RunFolderError(`${join(folder, name)} is not what a run writes:\n${z.prettifyError(parsed.error)}`);
}

function read(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch (cause) {
    throw new RunFolderError(
      `${folder} holds no ${name}, so there is no finished run to repeat. Name the folder of a run, such as runs/NAME or STUDY/runs/NAME.`,
      { cause },
    );
  }
}

function hashOf(path: string): string | undefined {
  try {
    return contentHash(readFileSync(path));
  } catch {
    return undefined;
  }
}
