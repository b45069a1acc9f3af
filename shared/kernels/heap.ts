import type { Model } from '../model.ts';
import { type Kernels, twinKernels, wasmKernels } from './kernels.ts';

/** A federated model and the one before it, or one that is evaluated: no more are in use at a time. */
const RESIDENT_MODELS = 2;

interface Resident {
  readonly model: Model;
  readonly name: string;
  readonly pointer: number;
}

/**
 * The memory that kernels compute in. What is kept is pointers; views are made when they are used and not kept, because
 * the next allocation may replace the buffer.
 */
export class Heap {
  readonly kernels: Kernels;
  #residents: readonly Resident[] = [];

  constructor(kernels: Kernels) {
    this.kernels = kernels;
  }

  int32(pointer: number, length: number): Int32Array {
    return new Int32Array(this.kernels.memory.buffer, pointer, length);
  }

  float32(pointer: number, length: number): Float32Array {
    return new Float32Array(this.kernels.memory.buffer, pointer, length);
  }

  float64(pointer: number, length: number): Float64Array {
    return new Float64Array(this.kernels.memory.buffer, pointer, length);
  }

  /** Memory for one kind of temporary values, which a later `reserve` may move. */
  scratch(): Scratch {
    return new Scratch(this.kernels);
  }

  /**
   * What `write` makes of a model, kept until two other models came: devices of one process share it. A model that was
   * given to devices is never written to again. `name` tells apart what different learners make of one model.
   */
  resident(model: Model, name: string, bytes: number, write: (pointer: number) => void): number {
    const known = this.#residents.find(resident => resident.model === model && resident.name === name);
    if (known !== undefined) return known.pointer;
    const models = new Set(this.#residents.map(resident => resident.model)).add(model);
    const kept = [...models].slice(-RESIDENT_MODELS);
    for (const resident of this.#residents) {
      if (!kept.includes(resident.model)) this.kernels.release(resident.pointer);
    }
    this.#residents = this.#residents.filter(resident => kept.includes(resident.model));
    const pointer = this.kernels.allocate(bytes);
    write(pointer);
    this.#residents = [...this.#residents, { model, name, pointer }];
    return pointer;
  }
}

/** A block that grows when more is asked of it than it has. */
export class Scratch {
  readonly #kernels: Kernels;
  #pointer = 0;
  #bytes = 0;

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
  }

  /** At least so many bytes, with whatever they hold; pointers of earlier calls are void. */
  reserve(bytes: number): number {
    if (bytes <= this.#bytes) return this.#pointer;
    if (this.#bytes > 0) this.#kernels.release(this.#pointer);
    this.#bytes = Math.max(bytes, 2 * this.#bytes);
    this.#pointer = this.#kernels.allocate(this.#bytes);
    return this.#pointer;
  }

  /** Gives the block back; a later `reserve` takes a new one. */
  release(): void {
    if (this.#bytes > 0) this.#kernels.release(this.#pointer);
    this.#bytes = 0;
  }
}

let shared: Heap | undefined;

/** The one heap of this thread. */
export function threadHeap(): Heap {
  shared ??= new Heap(bestKernels());
  return shared;
}

function bestKernels(): Kernels {
  try {
    return wasmKernels();
  } catch {
    return twinKernels();
  }
}
