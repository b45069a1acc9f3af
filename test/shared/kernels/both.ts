import { Heap } from '../../../shared/kernels/heap.ts';
import { type Kernels, twinKernels, wasmKernels } from '../../../shared/kernels/kernels.ts';

type Values = Float32Array | Float64Array | Int32Array;

export interface Bench {
  readonly kernels: Kernels;
  /** Copies values into the kernels' memory; gives their address. */
  readonly place: (values: Values) => number;
  /** A copy of what is at an address now, of the kind and length of `like`. */
  readonly read: <Like extends Values>(pointer: number, like: Like) => Like;
}

/** Runs the same thing in WebAssembly and in its twin, each with a memory of its own. */
export function onBoth<Result>(run: (bench: Bench) => Result): readonly [wasm: Result, twin: Result] {
  return [run(benchOf(wasmKernels())), run(benchOf(twinKernels()))];
}

function benchOf(kernels: Kernels): Bench {
  const heap = new Heap(kernels);
  return {
    kernels,
    place(values) {
      const pointer = kernels.allocate(values.byteLength);
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      new Uint8Array(kernels.memory.buffer).set(bytes, pointer);
      return pointer;
    },
    read(pointer, like) {
      if (like instanceof Int32Array) return heap.int32(pointer, like.length).slice() as typeof like;
      if (like instanceof Float32Array) return heap.float32(pointer, like.length).slice() as typeof like;
      return heap.float64(pointer, like.length).slice() as typeof like;
    },
  };
}
