import type { Adjacency } from '../mechanism.ts';

/** By how many bounds of one contribution neighbouring data can move a sum. */
export function contributionsApart(adjacency: Adjacency): number {
  return adjacency === 'replace-one' ? 2 : 1;
}
