import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { RunFolderError } from '../runs/run-folder.ts';
import { PARTIAL, replaceFile, writeSynced } from '../runs/whole-file.ts';
import { type Job, jobName } from './job.ts';
import { lock } from './lock.ts';
import type { JobFiles } from './run-job.ts';
import type { JobError, JobTiming } from './runner.ts';

const LOCK = '.lock';

/**
 * What `larder compare` leaves behind; docs/compare.md lists it. Files and run folders appear whole or not at all, so that
 * a killed study goes on where it was: a run folder that exists is a finished job. One process at a time.
 */
export class StudyFolder {
  readonly path: string;
  readonly #release: () => void;

  /** Goes on with a study, or begins one. @throws RunFolderError if the folder is something else; LockedError. */
  constructor(path: string) {
    this.path = path;
    try {
      mkdirSync(path, { recursive: true });
      const holds = readdirSync(path).filter(name => name !== LOCK && !name.startsWith(PARTIAL));
      if (holds.length > 0 && !holds.includes('study.json')) {
        throw new RunFolderError(`The folder ${path} holds something, and no study. Choose another --out.`);
      }
    } catch (cause) {
      if (cause instanceof RunFolderError) throw cause;
      throw new RunFolderError(
        `The folder ${path} cannot be made: ${(cause as Error).message}. Choose another --out.`,
        { cause },
      );
    }
    this.#release = lock(join(path, LOCK), `The study in ${path}`);
    for (const folder of [path, join(path, 'runs'), join(path, 'failed')]) {
      const partial = existsSync(folder) ? readdirSync(folder).filter(name => name.startsWith(PARTIAL)) : [];
      for (const name of partial) rmSync(join(folder, name), { recursive: true });
    }
  }

  /** For the next process. */
  close(): void {
    this.#release();
  }

  /** Undefined: there is no such file yet. */
  read(name: string): string | undefined {
    const path = join(this.path, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  }

  write(name: string, text: string): void {
    replaceFile(join(this.path, name), text);
  }

  /** Undefined: the job is not finished. */
  config(job: Job): { readonly code: string } | undefined {
    const text = this.read(join('runs', jobName(job), 'config.json'));
    return text === undefined ? undefined : (JSON.parse(text) as { code: string });
  }

  run(job: Job, file: string): Buffer {
    return readFileSync(join(this.path, 'runs', jobName(job), file));
  }

  keep(job: Job, files: JobFiles): void {
    const name = jobName(job);
    const partial = join(this.path, 'runs', `${PARTIAL}${name}`);
    mkdirSync(partial, { recursive: true });
    for (const [file, text] of Object.entries(files)) writeSynced(join(partial, file), text);
    sync(partial);
    renameSync(partial, join(this.path, 'runs', name));
    sync(join(this.path, 'runs'));
  }

  fail(job: Job, error: JobError): void {
    mkdirSync(join(this.path, 'failed'), { recursive: true });
    this.write(join('failed', `${jobName(job)}.json`), `${JSON.stringify({ job, error }, null, 2)}\n`);
  }

  /** It is tried again. */
  forget(job: Job): void {
    rmSync(join(this.path, 'failed', `${jobName(job)}.json`), { force: true });
  }

  time(job: Job, timing: JobTiming): void {
    appendFileSync(join(this.path, 'timing.jsonl'), `${JSON.stringify({ job: jobName(job), ...timing })}\n`);
  }
}

/** A folder's entries. */
function sync(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
