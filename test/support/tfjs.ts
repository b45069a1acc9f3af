import { createRequire } from 'node:module';

/** As much of a tfjs tensor as tests call. */
export interface Tensor {
  slice(begin: number, size: number): Tensor;
  dot(other: Tensor): Tensor;
  add(other: Tensor): Tensor;
  mul(factor: number): Tensor;
  neg(): Tensor;
  exp(): Tensor;
  log(): Tensor;
  square(): Tensor;
  softplus(): Tensor;
  sum(): Tensor;
  dataSync(): Float32Array;
}

/** As much of tfjs-node as tests call, written down because the package, and so its types, may not be installed. */
export interface Tfjs {
  getBackend(): string;
  tidy<Result>(compute: () => Result): Result;
  grad(scalarOf: (x: Tensor) => Tensor): (x: Tensor) => Tensor;
  tensor1d(values: Float32Array): Tensor;
  addN(tensors: readonly Tensor[]): Tensor;
}

const PACKAGE: string = '@tensorflow/tfjs-node';

/**
 * The real tfjs-node, or undefined where it is not installed (it is an optional dependency). Version 4.22 calls
 * `util.isNullOrUndefined`, which Node 23 removed: it is given back first.
 */
export async function loadTfjs(): Promise<Tfjs | undefined> {
  const util = createRequire(import.meta.url)('node:util') as { isNullOrUndefined?: (value: unknown) => boolean };
  util.isNullOrUndefined ??= value => value === null || value === undefined;
  try {
    return ((await import(PACKAGE)) as { default: Tfjs }).default;
  } catch {
    return undefined;
  }
}
