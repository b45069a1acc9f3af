import { checkParticipation, maxParticipations, type Participation } from '../participation.ts';

/**
 * Squared sensitivity, clip norm 1, of binary trees that each cover `steps` steps and in each of which a device takes part
 * at most once: it touches one node a level (Kairouz et al. 2021, arXiv 2103.00039, appendix D.1). For comparison:
 * `bltFor` needs less noise.
 */
export function restartedTreesSensitivitySquared(steps: number, trees: number): number {
  return trees * height(steps);
}

/**
 * Squared sensitivity, clip norm 1, of one binary tree over all steps (arXiv 2103.00039, appendix D.2): the largest sum,
 * over the ways in which a device can take part, of the squared number of times that it does so below each full node.
 */
export function treeSensitivitySquared(participation: Participation): number {
  checkParticipation(participation);
  const { steps, minSeparation } = participation;
  const known = new Map<string, readonly Choice[]>();

  /** The choices worth considering of `count` steps below a node that covers so many, from `entry` on. */
  const choices = (size: number, entry: number, count: number): readonly Choice[] => {
    if (count === 0) return [{ sum: 0, next: entry }];
    if (entry + (count - 1) * minSeparation >= size) return [];
    const full = 2 ** (height(size) - 1) === size;
    if (full && size <= minSeparation) return [{ sum: height(size), next: entry + minSeparation }];
    const key = `${size} ${entry} ${count}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const half = 2 ** (height(size - 1) - 1);
    const found: Choice[] = [];
    for (let right = 0; right <= count; right++) {
      for (const first of choices(half, entry, count - right)) {
        for (const second of choices(size - half, Math.max(0, first.next - half), right)) {
          found.push({ sum: first.sum + second.sum + (full ? count * count : 0), next: half + second.next });
        }
      }
    }
    const kept = undominated(found);
    known.set(key, kept);
    return kept;
  };

  const counts = Array.from(
    { length: Math.min(participation.maxParticipations, maxParticipations(steps, minSeparation)) },
    (_, k) => k + 1,
  );
  return Math.max(...counts.flatMap(count => choices(steps, 0, count).map(({ sum }) => sum)));
}

interface Choice {
  /** Of squared counts over full nodes. */
  readonly sum: number;
  /** The first step, from the node's first, in which the device may take part again. */
  readonly next: number;
}

/** Those than which none is free earlier with as large a sum. */
function undominated(choices: Choice[]): Choice[] {
  let largest = -1;
  return choices
    .sort((a, b) => a.next - b.next || b.sum - a.sum)
    .filter(({ sum }) => {
      const better = sum > largest;
      largest = Math.max(largest, sum);
      return better;
    });
}

/** Levels of the largest full tree within so many steps. */
function height(steps: number): number {
  return 32 - Math.clz32(steps);
}
