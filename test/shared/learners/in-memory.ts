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
  let state = learner.init(seededRandom(seed, 'init'));
  for (let plan = learner.plan(state); plan !== undefined; plan = learner.plan(state)) {
    const sum = new IntegerSum(plan.length);
    for (const [user, device] of devices.entries()) {
      const random = seededRandom(seed, state.round, user);
      const contribution = bound(learner.contribute(plan, state.model, device, random), plan.clipNorm);
      sum.add(wire ? dense(toDense(contribution)) : contribution);
    }
    const release = { sum: sum.dequantise(gridStep(plan.clipNorm)), expectedContributions: devices.length };
    state = learner.fold(state, plan, release);
  }
  return state;
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

/** The share of held-out items among the best scores, as many as are held out, of items that were not bought. */
export function precision(
  scores: Float32Array,
  { items, heldOut }: { items: Int32Array; heldOut: Int32Array },
): number {
  const open = Array.from(scores.keys()).filter(item => !items.includes(item));
  const best = open.toSorted((a, b) => scores[b]! - scores[a]!).slice(0, heldOut.length);
  return best.filter(item => heldOut.includes(item)).length / heldOut.length;
}
