import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Finding, RoundLine, RunSummary } from '../runs/results.ts';
import { RunFolderError } from '../runs/run-folder.ts';
import type { SimulateSettings } from '../simulate/settings.ts';
import { parseUserTable, type UserTable } from '../statistics/user-table.ts';

/** A finished run or baseline, as its folder tells of it. */
export interface ReportedRun {
  readonly folder: string;
  readonly settings: SimulateSettings;
  readonly finding: Finding;
  /** Empty of baselines. */
  readonly rounds: readonly RoundLine[];
  readonly users: UserTable;
  /** Of `larder simulate`: what it printed beside its own result. */
  readonly beside: RunSummary['baselines'];
  /** The version of the code that planned or did it. */
  readonly code: string;
  readonly larder: string;
}

const versions = { larder: z.string(), code: z.string() };
const settings = z.looseObject({
  data: z.string(),
  learner: z.string(),
  learnerOptions: z.looseObject({}),
  privacy: z.looseObject({}),
  seed: z.number(),
});
const configSchema = z.union([
  z.object({ job: z.object({ settings }), ...versions }),
  z.object({ settings, ...versions }),
]);
const resultSchema = z.looseObject({
  kind: z.enum(['run', 'baseline']),
  seed: z.number(),
  data: z.looseObject({ name: z.string(), users: z.number(), items: z.number(), hash: z.string() }),
  metrics: z.looseObject({ full: z.looseObject({}) }),
});

/** Whether the folder holds a finished run. */
export function isRunFolder(folder: string): boolean {
  return existsSync(join(folder, 'result.json'));
}

/** @throws RunFolderError or UserTableError if a file is missing, or is not what a run writes. */
export function readRun(folder: string): ReportedRun {
  const config = parseFile(folder, 'config.json', configSchema);
  const finding = parseFile(folder, 'result.json', resultSchema);
  const users = join(folder, 'users.csv');
  return {
    folder,
    settings: ('job' in config ? config.job.settings : config.settings) as unknown as SimulateSettings,
    finding: finding as unknown as Finding,
    rounds: lines(read(folder, 'rounds.jsonl').toString(), join(folder, 'rounds.jsonl')),
    users: parseUserTable(read(folder, 'users.csv'), users),
    beside: existsSync(join(folder, 'summary.json'))
      ? (JSON.parse(read(folder, 'summary.json').toString()) as RunSummary).baselines
      : {},
    code: config.code,
    larder: config.larder,
  };
}

/** @throws RunFolderError if there is no such file, or it holds something else. */
export function parseFile<T>(folder: string, name: string, schema: z.ZodType<T>): T {
  const path = join(folder, name);
  const result = schema.safeParse(json(read(folder, name).toString(), path));
  if (result.success) return result.data;
  throw new RunFolderError(
    `${path} is not what this version of Larder writes:\n${z.prettifyError(result.error)}\nDo the run again, or leave its folder out.`,
  );
}

function lines(text: string, path: string): RoundLine[] {
  return text.split('\n').flatMap(line => (line === '' ? [] : (json(line, path) as RoundLine)));
}

function json(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RunFolderError(
      `${path} is no JSON: ${(cause as Error).message}. Do the run again, or leave its folder out.`,
      { cause },
    );
  }
}

function read(folder: string, name: string): Buffer {
  try {
    return readFileSync(join(folder, name));
  } catch (cause) {
    throw new RunFolderError(
      `${folder} holds no ${name}, so it is no finished run. Name the folder of a study, or of a run that has ended.`,
      { cause },
    );
  }
}
