import { type Scratch, threadHeap } from './kernels/heap.ts';

let scratch: Scratch | undefined;

/**
 * The indices of the k highest scores but for those excluded, best first; of equals, the lower index first. NaN is no
 * score: it is never among them.
 */
export function topK(scores: Float32Array, k: number, excluded: Iterable<number> = []): number[] {
  const size = Math.min(k, scores.length);
  if (size < 1) return [];
  const heap = threadHeap();
  scratch ??= heap.scratch();
  const at = scratch.reserve(4 * (scores.length + size));
  const copy = heap.float32(at, scores.length);
  copy.set(scores);
  for (const index of excluded) copy[index] = Number.NaN;
  const best = at + 4 * scores.length;
  return [...heap.int32(best, heap.kernels.topK(at, scores.length, size, best))];
}
