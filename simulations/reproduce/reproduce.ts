import { runJob } from '../compare/run-job.ts';
import type { SimulateHooks } from '../simulate/hooks.ts';
import { loadRunData } from '../simulate/simulate.ts';
import { codeVersion, version } from '../version.ts';
import { firstDifference } from './difference.ts';
import { type KeptRun, REPEATED_FILES } from './kept-run.ts';

export interface ComparedFile {
  readonly name: string;
  readonly same: boolean;
  /** Where it first differs. */
  readonly difference?: string;
}

/** Whether a run, done once more, found the same bit for bit. */
export interface Reproduction {
  readonly matched: boolean;
  readonly files: readonly ComparedFile[];
  /** What made the run, and what repeated it. */
  readonly madeBy: KeptRun['versions'];
  readonly repeatedBy: KeptRun['versions'];
}

export interface ReproduceOptions {
  /** Where the data lie now, as for --data; where they lay then if left out. */
  readonly data?: string | undefined;
  /** Threads; they change nothing but the time. */
  readonly workers?: number | undefined;
}

/**
 * Does a run again by what its folder says, and compares. Undefined if it was interrupted.
 *
 * @throws DataError if the data are not those of the run: then nothing is repeated.
 */
export async function reproduce(
  { name, job, learners, files, modelFile, versions }: KeptRun,
  { data, workers }: ReproduceOptions,
  hooks: SimulateHooks,
): Promise<Reproduction | undefined> {
  const settings = { ...job.settings, ...(data !== undefined && { data }), workers };
  const loaded = await loadRunData(settings, hooks);
  const repeated = await runJob({ ...job, settings }, loaded, learners, hooks, name);
  if (repeated === undefined) return undefined;
  const timed = settings.transport === 'websocket';
  const compared: ComparedFile[] = REPEATED_FILES.map(file => {
    const comparable = (text: string): string => (timed && file === 'rounds.jsonl' ? withoutTimes(text) : text);
    const difference = firstDifference(comparable(files[file]), comparable(repeated[file]!));
    return { name: file, same: difference === undefined, ...(difference !== undefined && { difference }) };
  });
  if (modelFile !== undefined) {
    const { modelHash } = JSON.parse(repeated['result.json']!) as { modelHash: string };
    const same = modelFile === modelHash;
    const difference = same ? {} : { difference: `kept: ${modelFile}, repeated: ${modelHash}` };
    compared.push({ name: 'model.safetensors', same, ...difference });
  }
  return {
    matched: compared.every(({ same }) => same),
    files: compared,
    madeBy: versions,
    repeatedBy: { larder: version, code: codeVersion(), node: process.version },
  };
}

/** Over sockets a round takes the time it takes. */
function withoutTimes(jsonl: string): string {
  return jsonl
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const { startedAtMs: _, recruitingMs: __, trainingMs: ___, foldingMs: ____, ...rest } = JSON.parse(line);
      return `${JSON.stringify(rest)}\n`;
    })
    .join('');
}
