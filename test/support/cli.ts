import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const MAIN = fileURLToPath(new URL('../../simulations/cli/main.ts', import.meta.url));

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'larder-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts the command line from its source; it does not outlive the test. */
export function startCli(...parameters: readonly string[]): { child: ChildProcess; result: Promise<CliResult> } {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), MAIN, ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  const result = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', status => resolve({ status, ...output }));
  });
  return { child, result };
}

export function runCli(...parameters: readonly string[]): Promise<CliResult> {
  return startCli(...parameters).result;
}

/** Where a started `serve` listens; rejects with what it said if it ended before. */
export function servingUrl({ child, result }: ReturnType<typeof startCli>): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = '';
    child.stderr!.on('data', (text: string) => {
      seen += text;
      const match = /on (ws:\S+);/.exec(seen);
      if (match !== null) resolve(match[1]!);
    });
    void result.then(({ stderr }) => reject(new Error(stderr)), reject);
  });
}

/** Resolves when the file in the folder has so many lines; rejects if the command ends before. */
export function linesIn(folder: string, name: string, count: number, ends: Promise<CliResult>): Promise<void> {
  return new Promise((resolve, reject) => {
    const path = join(folder, name);
    const look = (): void => {
      if (!existsSync(path) || readFileSync(path, 'utf8').split('\n').length - 1 < count) return;
      watcher.close();
      resolve();
    };
    const watcher = watch(folder, look);
    void ends.then(({ stderr }) => {
      watcher.close();
      reject(new Error(`The command ended early:\n${stderr}`));
    });
    look();
  });
}

export function readJson(...path: readonly string[]): unknown {
  return JSON.parse(readFileSync(join(...path), 'utf8'));
}
