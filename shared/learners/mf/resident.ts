import { ModelFormatError } from '../../errors.ts';
import type { Heap } from '../../kernels/heap.ts';
import { placeRows, strideOf } from '../../linear-algebra/stride.ts';
import type { Model } from '../../model.ts';

/** How many items there are, and how long their vectors. */
export interface ItemShape {
  readonly items: number;
  readonly dimension: number;
  /** Floats from one vector to the next where kernels read them: the dimension, filled up with zeros to a multiple of four. */
  readonly stride: number;
}

/** Addresses in a heap, for as long as the model is resident there. */
export interface ItemTable {
  /** float32 [items, stride] */
  readonly vectors: number;
  /** float32 [items] */
  readonly biases: number;
}

/** How a device would have items move: views of the heap, which its next call overwrites. */
export interface ItemChanges {
  /** Distinct catalogue indices, the bought ones first. */
  readonly items: Int32Array;
  /** float32 [items, dimension], without gaps. */
  readonly vectors: Float32Array;
  readonly biases: Float32Array;
}

export function itemShape(items: number, dimension: number): ItemShape {
  return { items, dimension, stride: strideOf(dimension) };
}

/** @throws ModelFormatError if the model has another shape: kernels check no bounds. */
export function residentItems(heap: Heap, model: Model, { items, dimension, stride }: ItemShape): ItemTable {
  const pointer = heap.resident(model, 'mf', 4 * items * (stride + 1), at => {
    const vectors = model.tensor('item.vectors');
    const biases = model.tensor('item.biases');
    if (vectors.length !== items * dimension || biases.length !== items) {
      throw new ModelFormatError(`The model is not of ${items} items and ${dimension} dimensions. Fetch it again.`);
    }
    placeRows(vectors, dimension, heap.float32(at, items * stride));
    heap.float32(at + 4 * items * stride, items).set(biases);
  });
  return { vectors: pointer, biases: pointer + 4 * items * stride };
}
