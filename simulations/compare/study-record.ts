import { isDeepStrictEqual } from 'node:util';
import { RunFolderError } from '../runs/run-folder.ts';
import { codeVersion, version } from '../version.ts';
import type { Asked } from './asked.ts';
import { comparedNames } from './learners.ts';
import type { FoundData } from './plan.ts';
import type { DataFacts, JobError } from './runner.ts';
import type { Study } from './study.ts';
import type { StudyFolder } from './study-folder.ts';

/** `study.json`: what was asked, with all that goes without saying. */
export interface StudyRecord {
  readonly name: string;
  readonly question: string | null;
  readonly larder: string;
  readonly code: string;
  readonly grid: Omit<Study, 'name' | 'question' | 'data'>;
  readonly data: readonly (
    | ({ readonly spec: string } & DataFacts)
    | { readonly spec: string; readonly error: JobError }
  )[];
}

export function recordOf({ study, learners }: Asked, found: FoundData): StudyRecord {
  const { name, question, data, ...grid } = study;
  const names = Array.from(comparedNames(grid.learners, learners).values());
  return {
    name,
    question,
    larder: version,
    code: codeVersion(),
    grid: { ...grid, learners: names },
    data: data.map(spec => {
      const facts = found.get(spec)!;
      return 'hash' in facts ? { spec, ...facts } : { spec, error: facts };
    }),
  };
}

/**
 * Writes what the study is, or finds that the folder holds the same.
 *
 * @throws RunFolderError that names what differs.
 */
export function agree(folder: StudyFolder, record: StudyRecord): void {
  const text = `${JSON.stringify(record, null, 2)}\n`;
  const before = folder.read('study.json');
  if (before !== undefined) {
    const difference = differs(JSON.parse(before) as StudyRecord, JSON.parse(text) as StudyRecord);
    if (difference !== undefined) {
      throw new RunFolderError(`${folder.path} holds another study: ${difference}. Choose another --out.`);
    }
  }
  folder.write('study.json', text);
}

/** But for the wording and the code, and for data that could not be read. */
function differs(before: StudyRecord, now: StudyRecord): string | undefined {
  const said = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
  const names = (record: StudyRecord) => record.data.map(({ spec }) => spec);
  const parts = (record: StudyRecord): Record<string, unknown> => ({
    name: record.name,
    data: names(record),
    ...record.grid,
    ...record.grid.axes,
    axes: undefined,
  });
  const [old, recent] = [parts(before), parts(now)];
  for (const name of new Set([...Object.keys(old), ...Object.keys(recent)])) {
    if (isDeepStrictEqual(old[name], recent[name])) continue;
    return `there ${name} is ${said(old[name])}, here ${said(recent[name])}`;
  }
  for (const [at, there] of before.data.entries()) {
    const here = now.data[at]!;
    if (!('hash' in there) || !('hash' in here) || there.hash === here.hash) continue;
    return `the content of ${here.spec} is another (there ${there.hash.slice(0, 12)}, here ${here.hash.slice(0, 12)})`;
  }
  return undefined;
}
