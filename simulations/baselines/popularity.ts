import type { Population } from '../data/population.ts';
import type { Scorer } from '../evaluation/scorer.ts';

/** Scores an item by how many users bought it at least once: the same for everybody. */
export function popularity(population: Population, itemCount: number): Scorer {
  const buyers = new Float32Array(itemCount);
  for (let user = 0; user < population.size; user++) {
    for (const item of population.items(user)) buyers[item]!++;
  }
  return () => buyers;
}
