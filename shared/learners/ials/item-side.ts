import { ModelFormatError } from '../../errors.ts';
import type { Heap } from '../../kernels/heap.ts';
import { placeRows, strideOf } from '../../linear-algebra/stride.ts';
import type { Model } from '../../model.ts';

/** What user vectors are solved from, in the memory of the kernels. `stride` is the dimension, filled up to a multiple of 4. */
export interface ItemSide {
  readonly items: number;
  /** float32 [items, stride], zeros from the dimension on. */
  readonly vectors: number;
  /** float64 [stride, stride]: alpha0 V^T V, zeros from the dimension on. */
  readonly unobserved: number;
}

export interface ResidentItems extends ItemSide {
  /** float32 [items]: the shares of the buyers, times `prior`. */
  readonly biases: number;
}

/** @throws ModelFormatError if the model has another shape: kernels check no bounds. */
export function residentItems(
  heap: Heap,
  model: Model,
  {
    items,
    dimension,
    unobservedWeight,
    prior,
  }: { items: number; dimension: number; unobservedWeight: number; prior: number },
): ResidentItems {
  const stride = strideOf(dimension);
  const gramianBytes = 8 * stride ** 2;
  const bytes = gramianBytes + 4 * items * (stride + 1);
  const unobserved = heap.resident(model, `ials ${unobservedWeight}`, bytes, at => {
    const [vectors, gramian, shares] = ['item.vectors', 'item.gramian', 'item.shares'].map(name => model.tensor(name));
    if (vectors!.length !== items * dimension || gramian!.length !== dimension ** 2 || shares!.length !== items) {
      throw new ModelFormatError(`The model is not of ${items} items and ${dimension} dimensions. Fetch it again.`);
    }
    const square = heap.float64(at, stride ** 2).fill(0);
    placeRows(gramian!, dimension, square);
    for (let k = 0; k < square.length; k++) square[k]! *= unobservedWeight;
    const table = heap.float32(at + gramianBytes, items * (stride + 1));
    placeRows(vectors!, dimension, table);
    for (let item = 0; item < items; item++) table[items * stride + item] = prior * shares![item]!;
  });
  const vectors = unobserved + gramianBytes;
  return { items, unobserved, vectors, biases: vectors + 4 * items * stride };
}
