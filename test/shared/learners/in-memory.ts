import type { Contribution } from '../../../shared/aggregation/contribution.ts';
import { dense, toDense } from '../../../shared/aggregation/contribution.ts';
import { IntegerSum } from '../../../shared/aggregation/integer-sum.ts';
import { Catalogue } from '../../../shared/catalogue.ts';
import { type History, historyOf } from '../../../shared/history.ts';
import type { DeviceData, Learner, LearnerState } from '../../../shared/learners/learner.ts';
import { elementCount } from '../../../shared/model.ts';
import { bound, gridStep } from '../../../shared/privacy/bound.ts';
import { shuffle } from '../../../shared/random/random.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';

export function catalogueOf(size: number): Catalogue {
  return new Catalogue(Array.from({ length: size }, (_, item) => ({ id: `item-${item}` })));
}

/** One purchase of each item, in this order. */
export function bought(items: Iterable<number>, catalogue: Catalogue): History {
  return historyOf(
    Array.from(items, (item, at) => ({ item: `item-${item}`, at })),
    catalogue,
  );
}

export function deviceOf(learner: Learner, history: History): DeviceData {
  const length = learner.personal.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  return { history, personal: new Float32Array(length) };
}

/** Runs a learner to its end with all devices in every round; `wire` sends the dense form, as sockets do. */
export function train(learner: Learner, devices: readonly DeviceData[], seed: number, wire = false): LearnerState {
  return [...rounds(learner, devices, seed, { wire })].at(-1)!;
}

/**
 * The state before the first round and after each, with all devices in every round. `noise` is the standard deviation of
 * the normal noise on each coordinate of each sum.
 */
export function* rounds(
  learner: Learner,
  devices: readonly DeviceData[],
  seed: number,
  { wire = false, noise = 0 } = {},
): Generator<LearnerState, void> {
  let state = learner.init(seededRandom(seed, 'init'));
  yield state;
  for (let plan = learner.plan(state); plan !== undefined; plan = learner.plan(state)) {
    const sum = new IntegerSum(plan.length);
    for (const [user, device] of devices.entries()) {
      const random = seededRandom(seed, state.round, user);
      const contribution = bound(learner.contribute(plan, state.model, device, random), plan.clipNorm);
      sum.add(wire ? dense(toDense(contribution)) : contribution);
    }
    const released = sum.dequantise(gridStep(plan.clipNorm));
    const random = seededRandom(seed, state.round, 'noise');
    if (noise > 0) for (let k = 0; k < released.length; k++) released[k]! += noise * random.normal();
    state = learner.fold(state, plan, { sum: released, expectedContributions: devices.length, noiseDeviation: noise });
    yield state;
  }
}

/** What a learner's next call does not overwrite. */
export function copyOf({ length, parts }: Contribution): Contribution {
  return { length, parts: parts.map(part => ({ ...part, rows: part.rows.slice(), values: part.values.slice() })) };
}

export function norm({ parts }: Contribution): number {
  return Math.hypot(...parts.flatMap(({ values }) => [...values]));
}

/**
 * Shoppers who like two of six departments of ten items and bought seven items of each; the other three are held out.
 * Departments differ in how many like them: popularity misses the small ones, co-purchases tell them.
 */
export function plantedShoppers(count: number, seed: number): { items: Int32Array; heldOut: Int32Array }[] {
  const random = seededRandom(seed, 'planted');
  return Array.from({ length: count }, () => {
    // The lower of two draws: department 0 has the largest following.
    const first = Math.min(random.below(6), random.below(6));
    const second = (first + 1 + random.below(5)) % 6;
    const parts = [first, second].map(department => {
      const items = Int32Array.from({ length: 10 }, (_, n) => 10 * department + n);
      shuffle(items, random);
      return items;
    });
    const items = Int32Array.from(parts.flatMap(part => [...part.subarray(0, 7)]));
    shuffle(items, random);
    return { items, heldOut: Int32Array.from(parts.flatMap(part => [...part.subarray(7)])) };
  });
}
export const PLANTED_ITEMS = 60;

/**
 * Distinct items of `count` shoppers, at most `longest` each and some of them none, in random order: low numbers are bought more
 * often, and neighbours in number more often together.
 */
export function randomBaskets(count: number, items: number, longest: number, seed: number): Int32Array[] {
  const random = seededRandom(seed, 'baskets');
  return Array.from({ length: count }, () => {
    const centre = Math.min(random.below(items), random.below(items));
    const chosen = new Set<number>();
    for (let left = random.below(longest + 1); left > 0; left--) {
      const near = Math.abs(centre + random.below(5) - 2) % items;
      chosen.add(random.below(3) > 0 ? near : random.below(items));
    }
    return Int32Array.from(chosen);
  });
}

/** X^T X of the shoppers' items (items x items, row-major). */
export function pooledGram(baskets: readonly Int32Array[], items: number): Float64Array {
  const gram = new Float64Array(items * items);
  for (const basket of baskets) for (const a of basket) for (const b of basket) gram[a * items + b]!++;
  return gram;
}

/** The share of held-out items among the best scores, as many as are held out, of items that were not bought. */
export function precision(
  scores: Float32Array,
  { items, heldOut }: { items: Int32Array; heldOut: Int32Array },
): number {
  const open = Array.from(scores.keys()).filter(item => !items.includes(item));
  const best = open.toSorted((a, b) => scores[b]! - scores[a]!).slice(0, heldOut.length);
  return best.filter(item => heldOut.includes(item)).length / heldOut.length;
}
