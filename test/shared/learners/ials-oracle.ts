import { gaussianSolve } from '../linear-algebra/matrices.ts';

export interface IalsSettings {
  readonly dimension: number;
  readonly unobservedWeight: number;
  readonly regularisation: number;
  readonly frequencyExponent: number;
}

/** Rows of `dimension` numbers. */
export type Vectors = readonly (readonly number[])[];

export function vectorsOf(flat: ArrayLike<number>, dimension: number): Vectors {
  return Array.from({ length: flat.length / dimension }, (_, row) =>
    Array.from({ length: dimension }, (_, k) => flat[row * dimension + k]!),
  );
}

export function inner(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, k) => sum + value * b[k]!, 0);
}

/** lambda (n + alpha0 others)^nu */
export function ridge(n: number, others: number, settings: IalsSettings): number {
  return settings.regularisation * (n + settings.unobservedWeight * others) ** settings.frequencyExponent;
}

/** Rendle et al. 2021, section 3.1, of one user: the loss that `solveUser` minimises. */
export function userLoss(
  user: readonly number[],
  bought: readonly number[],
  weights: readonly number[],
  items: Vectors,
  settings: IalsSettings,
): number {
  const observed = bought.reduce((sum, item, n) => sum + weights[n]! * (1 - inner(user, items[item]!)) ** 2, 0);
  const all = items.reduce((sum, item) => sum + inner(user, item) ** 2, 0);
  return observed + settings.unobservedWeight * all + ridge(bought.length, items.length, settings) * inner(user, user);
}

/** One half-step of pooled ALS: solves each row from the `partners` that were observed with it, and all of `fixed`. */
export function halfStep(observed: readonly (readonly number[])[], fixed: Vectors, settings: IalsSettings): Vectors {
  const { dimension, unobservedWeight } = settings;
  return observed.map(partners => {
    const matrix = Array.from({ length: dimension * dimension }, (_, at) => {
      const [k, j] = [Math.floor(at / dimension), at % dimension];
      const all = fixed.reduce((sum, row) => sum + row[k]! * row[j]!, 0);
      const own = partners.reduce((sum, partner) => sum + fixed[partner]![k]! * fixed[partner]![j]!, 0);
      return own + unobservedWeight * all + (k === j ? ridge(partners.length, fixed.length, settings) : 0);
    });
    const right = Array.from({ length: dimension }, (_, k) =>
      partners.reduce((sum, partner) => sum + fixed[partner]![k]!, 0),
    );
    return [...gaussianSolve(matrix, dimension, right)];
  });
}

/** The whole loss of these item vectors with the best user vectors for them. */
export function pooledLoss(baskets: readonly (readonly number[])[], items: Vectors, settings: IalsSettings): number {
  const users = halfStep(baskets, items, settings);
  const perUser = users.reduce((sum, user, n) => {
    return (
      sum +
      userLoss(
        user,
        baskets[n]!,
        baskets[n]!.map(() => 1),
        items,
        settings,
      )
    );
  }, 0);
  return items.reduce((sum, vector, item) => {
    const buyers = baskets.filter(basket => basket.includes(item)).length;
    return sum + ridge(buyers, baskets.length, settings) * inner(vector, vector);
  }, perUser);
}
