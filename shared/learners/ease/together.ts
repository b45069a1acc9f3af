import type { Model, TensorSpec } from '../../model.ts';
import { topK } from '../../top-k.ts';

export interface Partner {
  /** Catalogue index. */
  readonly item: number;
  /** From 0 to 1: the share of devices that bought both, over the geometric mean of the shares that bought each. */
  readonly affinity: number;
}

/** The tensors that hold `count` partners an item, beside others in a model. */
export function togetherSpecs(items: number, count: number): readonly TensorSpec[] {
  if (count === 0) return [];
  return [
    { name: 'together.items', shape: [items, count] },
    { name: 'together.affinities', shape: [items, count] },
  ];
}

/** Fills the tensors of `togetherSpecs` from the Gram matrix (row-major, items x items). */
export function writeTogether(model: Model, gram: Float64Array, items: number, count: number): void {
  if (count === 0) return;
  const partners = model.tensor('together.items');
  const affinities = model.tensor('together.affinities');
  const norms = Float64Array.from({ length: items }, (_, item) => Math.sqrt(Math.max(0, gram[item * items + item]!)));
  const row = new Float32Array(items);
  for (let item = 0; item < items; item++) {
    for (let other = 0; other < items; other++) {
      const norm = norms[item]! * norms[other]!;
      const affinity = norm > 0 ? gram[item * items + other]! / norm : 0;
      row[other] = affinity > 0 && other !== item ? affinity : Number.NaN;
    }
    const best = topK(row, count);
    for (const [n, other] of best.entries()) {
      partners[item * count + n] = other;
      affinities[item * count + n] = row[other]!;
    }
  }
}

/**
 * What is frequently bought together with an item, best first, from a model of `ease` that was trained with `together`
 * above 0; fewer than that many where fewer were ever bought with it.
 */
export function boughtTogether(model: Model, item: number): Partner[] {
  const [items] = model.specs.find(({ name }) => name === 'together.items')?.shape ?? [];
  const partners = model.tensor('together.items');
  const affinities = model.tensor('together.affinities');
  const count = partners.length / (items ?? 1);
  const list: Partner[] = [];
  for (let at = item * count; at < (item + 1) * count; at++) {
    if (affinities[at]! > 0) list.push({ item: partners[at]!, affinity: affinities[at]! });
  }
  return list;
}
