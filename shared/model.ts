import { ModelFormatError } from './errors.ts';

/** The name and shape of one tensor (row-major). An empty shape is a scalar. */
export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
}

/** How many numbers a tensor of this shape holds. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Named tensors over one flat Float32Array, in the order of their specs. The flat array is what is summed, clipped
 * and sent; the views are what learners compute with.
 */
export class Model {
  readonly specs: readonly TensorSpec[];
  readonly values: Float32Array;
  readonly #offsets = new Map<string, { start: number; end: number }>();

  /** @throws ModelFormatError if two tensors share a name, or `values` has another length than the specs ask. */
  constructor(specs: readonly TensorSpec[], values?: Float32Array) {
    let end = 0;
    for (const { name, shape } of specs) {
      if (this.#offsets.has(name))
        throw new ModelFormatError(`Two tensors are named "${name}". Give each its own name.`);
      const start = end;
      end += elementCount(shape);
      this.#offsets.set(name, { start, end });
    }
    if (values !== undefined && values.length !== end) {
      throw new ModelFormatError(`The tensors hold ${end} numbers, but ${values.length} were given.`);
    }
    this.specs = specs;
    this.values = values ?? new Float32Array(end);
  }

  get length(): number {
    return this.values.length;
  }

  /** A view of one tensor: writing to it writes to the model. */
  tensor(name: string): Float32Array {
    const { start, end } = this.#range(name);
    return this.values.subarray(start, end);
  }

  /** Where a tensor begins in the flat array. */
  offset(name: string): number {
    return this.#range(name).start;
  }

  clone(): Model {
    return new Model(this.specs, this.values.slice());
  }

  #range(name: string): { start: number; end: number } {
    const range = this.#offsets.get(name);
    if (range === undefined) {
      throw new ModelFormatError(`No tensor is named "${name}"; there are ${[...this.#offsets.keys()].join(', ')}.`);
    }
    return range;
  }
}
