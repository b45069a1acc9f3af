import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { RunFolderError } from '../runs/run-folder.ts';
import { groupBy } from './group.ts';
import { isRunFolder, parseFile, type ReportedRun, readRun } from './read-run.ts';

/** What a study should hold, and does not. */
export interface MissingRuns {
  readonly name: string;
  /** Why, and what to do. */
  readonly message: string;
}

/** What the folders of a report hold. */
export interface Contents extends FolderContents {
  readonly title: string;
  readonly question: string | null;
}

/** What is missing for one reason is told together. */
export function byReason(missing: readonly MissingRuns[]): { readonly message: string; readonly names: string }[] {
  return Array.from(
    groupBy(missing, ({ message }) => message),
    ([message, found]) => ({
      message,
      names: found.map(({ name }) => name).join('; '),
    }),
  );
}

interface FolderContents {
  readonly runs: readonly ReportedRun[];
  readonly missing: readonly MissingRuns[];
}

/**
 * Reads study folders and run folders.
 *
 * @throws RunFolderError if a folder is neither, or there is no finished run in all of them.
 */
export function readFolders(folders: readonly string[]): Contents {
  const parts = folders.map((folder): FolderContents & Partial<Contents> => {
    if (existsSync(join(folder, 'study.json'))) return readStudy(folder);
    if (existsSync(join(folder, 'config.json'))) return readRunFolder(folder);
    throw new RunFolderError(
      `${folder} is the folder of no study and no run: it holds neither study.json nor config.json. Name what \`larder compare\` or \`larder simulate\` wrote.`,
    );
  });
  const runs = parts.flatMap(part => part.runs);
  const missing = parts.flatMap(part => part.missing);
  if (runs.length === 0) {
    throw new RunFolderError(
      `No run has finished in ${folders.join(', ')}, so there is nothing to report. ${missing[0]?.message ?? CONTINUE}`,
    );
  }
  const { title, question } = parts.length === 1 ? parts[0]! : {};
  return {
    title: title ?? folders.map(folder => basename(folder)).join(', '),
    question: question ?? null,
    runs,
    missing,
  };
}

const CONTINUE = 'Give the command that made it once more: it goes on where it was.';

const studySchema = z.object({ name: z.string(), question: z.string().nullish() });
const failureSchema = z.object({ error: z.object({ message: z.string() }) });
const comparisonSchema = z.object({
  missing: z.array(
    z.object({
      name: z.string(),
      seeds: z.array(z.number()),
      error: z.object({ message: z.string() }).nullable(),
    }),
  ),
});

function readStudy(folder: string): Contents {
  const { name, question } = parseFile(folder, 'study.json', studySchema);
  const inside = (name: string): string[] =>
    existsSync(join(folder, name)) ? readdirSync(join(folder, name)).filter(name => !name.startsWith('.')) : [];
  const runs = inside('runs')
    .toSorted()
    .map(name => readRun(join(folder, 'runs', name)));
  return { title: name, question: question ?? null, runs, missing: missingOf(folder, inside('failed').toSorted()) };
}

/** As `compare` says at its end, or, where it was killed before, what is known to have failed. */
function missingOf(folder: string, failed: readonly string[]): MissingRuns[] {
  if (existsSync(join(folder, 'comparison.json'))) {
    return parseFile(folder, 'comparison.json', comparisonSchema).missing.map(({ name, seeds, error }) => ({
      name: `${name}, seed ${seeds.join(', ')}`,
      message: error?.message ?? `Not done yet. ${CONTINUE}`,
    }));
  }
  return [
    { name: 'What has not finished', message: `The study was ended before its end. ${CONTINUE}` },
    ...failed.map(file => ({
      name: basename(file, '.json'),
      message: parseFile(join(folder, 'failed'), file, failureSchema).error.message,
    })),
  ];
}

function readRunFolder(folder: string): FolderContents {
  if (isRunFolder(folder)) return { runs: [readRun(folder)], missing: [] };
  const message = existsSync(join(folder, 'summary.json'))
    ? endOf(readFileSync(join(folder, 'summary.json'), 'utf8'))
    : '';
  return { runs: [], missing: [{ name: basename(folder), message }] };
}

/** How a run without a result ended. */
function endOf(summary: string): string {
  const { status, error } = JSON.parse(summary) as { status: string; error?: { message: string } };
  if (error !== undefined) return error.message;
  return status === 'running' ? 'It has not ended, or was killed. Do it again.' : `It was ${status}. Do it again.`;
}
