import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { LarderError } from '../../shared/errors.ts';

/** Another process works in the folder. */
export class LockedError extends LarderError {
  readonly code = 'locked';
}

interface Owner {
  readonly pid: number;
  readonly host: string;
}

/**
 * Takes the lock file for this process: the file says whose it is. One whose process has ended is taken over. @returns what
 * gives it back.
 *
 * @throws LockedError if another process holds it.
 */
export function lock(path: string, what: string): () => void {
  const mine: Owner = { pid: process.pid, host: hostname() };
  for (let attempt = 1; ; attempt++) {
    try {
      writeFileSync(path, JSON.stringify(mine), { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = ownerOf(path);
    if (attempt > 1 || (owner !== undefined && isAlive(owner))) {
      const who = owner === undefined ? 'another process' : `process ${owner.pid} on ${owner.host}`;
      throw new LockedError(`${what} is being worked on by ${who}. Wait for it; if it is gone, delete ${path}.`);
    }
    rmSync(path, { force: true });
  }
}

/** Undefined: the file is gone again, or was cut off by a crash. */
function ownerOf(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

/** Of a process on another machine nobody here can tell. */
function isAlive({ pid, host }: Owner): boolean {
  if (host !== hostname()) return true;
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
