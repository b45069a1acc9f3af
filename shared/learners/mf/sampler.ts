import type { Heap } from '../../kernels/heap.ts';
import { seedGenerator } from '../../kernels/seed-generator.ts';
import type { Random } from '../../random/random.ts';

const STATE_BYTES = 16;

/**
 * Draws the items that one device after another looks at: those it bought, and as many others as the sampler was made for,
 * uniformly and without repetition; all others, where that is less than twice as many.
 */
export class Sampler {
  readonly #heap: Heap;
  readonly #catalogueSize: number;
  readonly #negatives: number;
  readonly #negativeShare: number | undefined;
  /** The generator's state, then a byte an item; 0 before first use. */
  #memory = 0;

  /** All negatives together weigh `negativeShare` times what was bought; if left out, each as all that it stands for. */
  constructor(heap: Heap, catalogueSize: number, negatives: number, negativeShare?: number) {
    this.#heap = heap;
    this.#catalogueSize = catalogueSize;
    this.#negatives = negatives;
    this.#negativeShare = negativeShare;
  }

  /** How many items in all; 0 if there is nothing to tell apart: no item was bought, or all were. */
  count(bought: number): number {
    const others = this.#catalogueSize - bought;
    if (bought === 0 || others === 0) return 0;
    return bought + (others < 2 * this.#negatives ? others : this.#negatives);
  }

  /** Writes them to int32 `items` [count], a place in the heap, the bought ones first. */
  draw(items: number, bought: Int32Array, random: Random): void {
    this.#memory ||= this.#allocate();
    seedGenerator(this.#heap.int32(this.#memory, 4), random);
    this.#heap.int32(items, bought.length).set(bought);
    const marks = this.#memory + STATE_BYTES;
    const count = this.count(bought.length);
    this.#heap.kernels.drawNegatives(marks, this.#catalogueSize, items, bought.length, count, this.#memory);
  }

  /** The weight of each drawn item: by default how many of those that were not bought it stands for, 1 if all were taken. */
  negativeWeight(bought: number): number {
    const share = this.#negativeShare;
    const total = share === undefined ? this.#catalogueSize - bought : share * bought;
    return total / (this.count(bought) - bought);
  }

  #allocate(): number {
    const bytes = STATE_BYTES + this.#catalogueSize;
    const { kernels } = this.#heap;
    const pointer = kernels.allocate(bytes);
    new Uint8Array(kernels.memory.buffer, pointer, bytes).fill(0);
    return pointer;
  }
}
