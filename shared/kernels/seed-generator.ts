import type { Random } from '../random/random.ts';

/** Makes the state of the kernels' generator, int32 [4], of four words that are not all zero. */
export function seedGenerator(state: Int32Array, random: Random): void {
  do for (let k = 0; k < 4; k++) state[k] = random.uint32();
  while (state.every(word => word === 0));
}
