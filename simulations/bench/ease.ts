import { Heap } from '../../shared/kernels/heap.ts';
import { wasmKernels } from '../../shared/kernels/kernels.ts';
import { benchData } from './bench-data.ts';
import type { Figure } from './figure.ts';
import { timedTraining } from './training.ts';

/** Of the machine that the figure is stated for. */
const WORKERS = 2;

const REPETITIONS = 2;

/** Seconds for the one round of ease that asks every device, its start and the inverse included: the better of two runs. */
export async function ease(): Promise<Figure> {
  const { note, ...data } = await benchData();
  let value = Number.POSITIVE_INFINITY;
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    const { training, roundSeconds } = await timedTraining(data, { learner: 'ease', workers: WORKERS });
    await training.close();
    value = Math.min(value, roundSeconds[0]!);
  }
  return { id: 'ease', value, unit: 's', note: `${note}, ${WORKERS} workers` };
}

/** A block of the inverse: its product is nearly all that the inverse takes. */
const BLOCK = 64;
/** So many products at a time that the clock can tell. */
const PRODUCTS = 100;

/** Multiplications of float64 a second, each with an addition, in blocks of `ease`'s inverse, against plain TypeScript. */
export function kernelProduct(turns = 20): Figure {
  const heap = new Heap(wasmKernels());
  const [target, left, right] = Array.from({ length: 3 }, () => {
    const pointer = heap.kernels.allocate(8 * BLOCK ** 2);
    heap.float64(pointer, BLOCK ** 2).fill(Math.SQRT1_2);
    return pointer;
  });
  const arrays = [target, left, right].map(pointer => heap.float64(pointer!, BLOCK ** 2).slice());
  let seconds = Number.POSITIVE_INFINITY;
  let rivalSeconds = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < turns; turn++) {
    const kernel = () => heap.kernels.addProduct(target!, left!, right!, -1);
    const plain = () => addProduct(arrays[0]!, arrays[1]!, arrays[2]!);
    seconds = Math.min(seconds, secondsOf(kernel));
    rivalSeconds = Math.min(rivalSeconds, secondsOf(plain));
  }
  const [value, rival] = [BLOCK ** 3 / seconds, BLOCK ** 3 / rivalSeconds];
  const note = 'rival: plain TypeScript, four rows at a time';
  return { id: 'kernel-product', value, unit: 'multiply-adds/s', rival, ratio: value / rival, note };
}

/** target += left right, row-major. */
function addProduct(target: Float64Array, left: Float64Array, right: Float64Array): void {
  for (let i = 0; i < BLOCK; i++) {
    const to = i * BLOCK;
    for (let k = 0; k < BLOCK; k += 4) {
      const a = left[to + k]!;
      const b = left[to + k + 1]!;
      const c = left[to + k + 2]!;
      const d = left[to + k + 3]!;
      const from = k * BLOCK;
      for (let j = 0; j < BLOCK; j++) {
        const ab = a * right[from + j]! + b * right[from + BLOCK + j]!;
        target[to + j]! += ab + (c * right[from + 2 * BLOCK + j]! + d * right[from + 3 * BLOCK + j]!);
      }
    }
  }
}

/** Of one product. */
function secondsOf(product: () => void): number {
  const startedAtMs = performance.now();
  for (let n = 0; n < PRODUCTS; n++) product();
  return (performance.now() - startedAtMs) / 1000 / PRODUCTS;
}
