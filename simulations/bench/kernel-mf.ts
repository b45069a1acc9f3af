import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NumericalError } from '../../shared/errors.ts';
import { Heap } from '../../shared/kernels/heap.ts';
import { twinKernels, wasmKernels } from '../../shared/kernels/kernels.ts';
import { type Figure, median } from './figure.ts';
import { MF_SOURCE } from './kernel-mf-source.ts';
import { MfWorkload } from './kernel-mf-workload.ts';

const DEVICES = 40;
const TWIN_DEVICES = 6;
/** Each so short that some of them are not interrupted: a turn counts with its fastest. */
const RUNS_A_TURN = 8;

/** What float32 may lose in an epoch, where each result is of the order of 0.1 to 1. */
const TOLERANCE = 1e-4;

const UNIT = 'samples/s';

/**
 * Samples a second of mf's gradient descent in WebAssembly, against the same in C, compiled here and run in a process of
 * its own that times itself, turn about. Medians.
 */
export function kernelMfC(turns = 20): Figure {
  const workload = new MfWorkload(new Heap(wasmKernels()), DEVICES);
  const folder = mkdtempSync(join(tmpdir(), 'larder-bench-'));
  try {
    const program = compile(folder);
    const problem = join(folder, 'problem');
    const results = join(folder, 'results');
    writeFileSync(problem, workload.problem());
    const seconds: number[] = [];
    const rivals: number[] = [];
    for (let turn = 0; turn < turns; turn++) {
      seconds.push(fastest(workload));
      if (program === undefined) continue;
      const printed = execFileSync(program, [problem, results, String(RUNS_A_TURN)], { encoding: 'utf8' });
      rivals.push(Math.min(...printed.trim().split('\n').map(Number)));
    }
    const value = workload.samples / median(seconds);
    if (program === undefined) return { id: 'kernel-mf-c', value, unit: UNIT, note: 'no rival: gcc is not there' };
    compare(workload.results(), readFileSync(results));
    const rival = workload.samples / median(rivals);
    return { id: 'kernel-mf-c', value, unit: UNIT, rival, ratio: value / rival, note: 'rival: gcc -O3 -march=native' };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same against the plain twin. */
export function kernelMfTwin(turns = 5): Figure {
  const [workload, twin] = [wasmKernels(), twinKernels()].map(
    kernels => new MfWorkload(new Heap(kernels), TWIN_DEVICES),
  );
  const seconds: number[] = [];
  const rivals: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    seconds.push(fastest(workload!));
    rivals.push(fastest(twin!));
  }
  const [value, rival] = [workload!.samples / median(seconds), twin!.samples / median(rivals)];
  return { id: 'kernel-mf-twin', value, unit: UNIT, rival, ratio: value / rival };
}

/** Seconds. */
function fastest(workload: MfWorkload): number {
  const seconds = Array.from({ length: RUNS_A_TURN }, () => {
    const startedAtMs = performance.now();
    workload.run();
    return (performance.now() - startedAtMs) / 1000;
  });
  return Math.min(...seconds);
}

/** The program's path; undefined where there is no compiler. */
function compile(folder: string): string | undefined {
  const source = join(folder, 'mf.c');
  const program = join(folder, 'mf');
  writeFileSync(source, MF_SOURCE);
  try {
    execFileSync('gcc', ['-O3', '-march=native', source, '-o', program, '-lm']);
    return program;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** @throws NumericalError if both did not compute the same. */
function compare(found: Float32Array, bytes: Buffer): void {
  const wanted = new Float32Array(Uint8Array.from(bytes).buffer);
  if (found.length === wanted.length && found.every((value, k) => Math.abs(value - wanted[k]!) <= TOLERANCE)) return;
  throw new NumericalError('The C program computed something else than the kernel. Its figure means nothing: mend it.');
}
