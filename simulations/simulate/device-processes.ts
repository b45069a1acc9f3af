import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileStore } from '../../client/node.ts';
import type { DatasetFacts } from '../data/dataset.ts';
import type { Population } from '../data/population.ts';
import { historiesOf } from '../devices/histories.ts';
import type { LearnerFile } from '../learners/choose.ts';

/** What a device process prints on stderr is kept up to so much, and shown if it fails. */
const KEPT_STDERR_CHARACTERS = 2_000;

interface Part {
  readonly from: number;
  readonly to: number;
  readonly folder: string;
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
}

export interface DeviceProcessesOptions {
  readonly dataset: DatasetFacts;
  /** The histories to deal out. */
  readonly train: Population;
  readonly processes: number;
  readonly seed: number;
  readonly url: string;
  readonly learnerFile: LearnerFile | undefined;
  /** A process ended other than by finishing. */
  readonly onLost: (sentence: string) => void;
}

/** `larder device` processes over the users of a data set, dealt out in equal parts, each with its files to itself. */
export class DeviceProcesses {
  readonly #options: DeviceProcessesOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), 'larder-'));
  readonly #parts: readonly Part[];
  #stopping = false;

  constructor(options: DeviceProcessesOptions) {
    this.#options = options;
    const { users } = options.dataset;
    const count = Math.min(options.processes, users.length);
    this.#parts = Array.from({ length: count }, (_, index) =>
      this.#start(index, Math.floor((index * users.length) / count), Math.floor(((index + 1) * users.length) / count)),
    );
  }

  /** The ids of the processes, for tools (and tests) that want to harm them. */
  get pids(): number[] {
    return this.#parts.flatMap(({ child }) => child.pid ?? []);
  }

  /** How many are still running. */
  get running(): number {
    return this.#parts.filter(({ child }) => child.exitCode === null && child.signalCode === null).length;
  }

  /** Resolves when all have ended by themselves; those that have not by the deadline are killed. */
  async ended(deadlineMs: number): Promise<void> {
    const timer = setTimeout(() => this.#kill('SIGKILL'), deadlineMs);
    await Promise.all(this.#parts.map(({ exited }) => exited));
    clearTimeout(timer);
  }

  /** The personal state that each device has kept, by user; devices that never trained have none. */
  async *personalStates(): AsyncGenerator<{ user: number; personal: Float32Array }> {
    const { users } = this.#options.dataset;
    for (const { from, to, folder } of this.#parts) {
      const store = await FileStore.open(join(folder, 'state'));
      for (let user = from; user < to; user++) {
        const { progress } = await store.device(users[user]!).load();
        if (progress !== undefined) yield { user, personal: progress.personal };
      }
    }
  }

  /** Ends what still runs and deletes the files. */
  async close(): Promise<void> {
    this.#stopping = true;
    this.#kill('SIGTERM');
    await this.ended(5_000);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    for (const { child } of this.#parts) if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  }

  #start(index: number, from: number, to: number): Part {
    const { dataset, train, seed, url, learnerFile, onLost } = this.#options;
    const folder = mkdtempSync(join(this.#folder, `part-${index}-`));
    const histories = join(folder, 'histories.jsonl');
    const lines: string[] = [];
    for (const history of historiesOf(dataset, train, from, to)) lines.push(`${JSON.stringify(history)}\n`);
    writeFileSync(histories, lines.join(''));
    const parameters = ['device', '--url', url, '--histories', histories, '--state', join(folder, 'state')];
    if (learnerFile !== undefined) parameters.push('--learner', learnerFile.path, '--backend', learnerFile.backend);
    const child = spawn(process.execPath, [...commandLine(), ...parameters, '--seed', String(seed)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-KEPT_STDERR_CHARACTERS);
    });
    child.on('exit', (code, signal) => {
      if (code === 0 || this.#stopping) return;
      const how = signal ?? `status ${code}`;
      onLost(`device process ${child.pid} with ${to - from} devices ended (${how})\n${stderr}`.trimEnd());
    });
    child.on('error', error => onLost(`a device process cannot be started: ${error.message}`));
    return { from, to, folder, child, exited: once(child, 'exit') };
  }
}

/** How this very program is started again: compiled, or from its source through tsx. */
function commandLine(): string[] {
  const extension = extname(import.meta.url);
  const main = fileURLToPath(new URL(`../cli/main${extension}`, import.meta.url));
  return extension === '.ts' ? ['--import', import.meta.resolve('tsx'), main] : [main];
}
