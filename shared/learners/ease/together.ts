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
  // Of an item that nobody bought, but for noise, every affinity is 0.
  const norms = Float64Array.from({ length: items }, (_, item) => {
    const count = gram[item * items + item]!;
    return count > 0 ? Math.sqrt(count) : Number.POSITIVE_INFINITY;
  });
  const row = new Float32Array(items);
  for (let item = 0; item < items; item++) {
    for (let other = 0; other < items; other++)
      row[other] = gram[item * items + other]! / (norms[item]! * norms[other]!);
    row[item] = Number.NaN;
    for (const [n, other] of topK(row, count).entries()) {
      if (row[other]! <= 0) break;
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
