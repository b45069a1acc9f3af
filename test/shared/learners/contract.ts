import { describe, expect, it } from 'vitest';
import { dense, toDense } from '../../../shared/aggregation/contribution.ts';
import { IntegerSum } from '../../../shared/aggregation/integer-sum.ts';
import { createLearner, learnerOptions } from '../../../shared/learners/index.ts';
import type { LearnerState } from '../../../shared/learners/learner.ts';
import { bound } from '../../../shared/privacy/bound.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { decodeSafetensors, encodeSafetensors } from '../../../shared/safetensors.ts';
import { bought, catalogueOf, copyOf, deviceOf, randomBaskets, rounds } from './in-memory.ts';

const SEED = 20_260_408;
const ITEMS = 14;
const catalogue = catalogueOf(ITEMS);
const baskets = randomBaskets(25, ITEMS, 8, SEED).map(items => [...items]);
const EVERYTHING = [...Array(ITEMS).keys()];

/** What coordinator, devices and simulator rely on, whatever the learner. */
export function describeLearner(name: string, options: Record<string, unknown>): void {
  const setUp = (histories: readonly (readonly number[])[], size = ITEMS) => {
    const items = size === ITEMS ? catalogue : catalogueOf(size);
    const learner = createLearner(name, options, items);
    const newDevice = (history: readonly number[]) => deviceOf(learner, bought(history, items));
    return { learner, newDevice, devices: histories.map(newDevice) };
  };
  const { learner, newDevice, devices } = setUp([...baskets, [], EVERYTHING]);
  const states = [...rounds(learner, devices, SEED)];
  /** Those that a round follows. */
  const open = states.slice(0, -1);
  const contributionOf = (state: LearnerState, history: readonly number[], seed = 1) => {
    const device = newDevice(history);
    const contribution = learner.contribute(learner.plan(state)!, state.model, device, seededRandom(seed));
    return { contribution: copyOf(contribution), personal: device.personal };
  };
  const someHistories = [[], [0], [5, 3], baskets[0]!, EVERYTHING];

  describe(`${name} ${JSON.stringify(options)}`, () => {
    it('plans rounds until it has none left, and counts them', () => {
      expect(open.length).toBeGreaterThan(0);
      expect(states.map(({ round }) => round)).toEqual([...states.keys()]);
      expect(learner.plan(states.at(-1)!)).toBeUndefined();
      expect(states.at(-1)!.round).toBe(learner.rounds);
      for (const state of open) {
        const plan = learner.plan(state)!;
        expect(learner.plan(state)).toEqual(plan);
        expect(plan.clipNorm).toBeGreaterThan(0);
        expect(Object.values(plan.parameters).every(Number.isFinite)).toBe(true);
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      }
    });

    it('has the same options again after they were sent', () => {
      const resolved = learnerOptions(name, options);
      expect(resolved).toMatchObject(options);
      expect(learnerOptions(name, JSON.parse(JSON.stringify(resolved)))).toEqual(resolved);
    });

    it('contributes finite vectors of the planned length, whatever was bought, each coordinate once', () => {
      for (const state of open) {
        const plan = learner.plan(state)!;
        for (const history of someHistories) {
          const { length, parts } = contributionOf(state, history).contribution;
          expect(length).toBe(plan.length);
          const covered = new Set<number>();
          let count = 0;
          for (const { offset, width, rows, values } of parts) {
            expect(values.length).toBe(rows.length * width);
            expect(values.every(Number.isFinite)).toBe(true);
            for (const row of rows) for (let k = 0; k < width; k++) covered.add(offset + row * width + k);
            count += values.length;
          }
          expect(covered.size).toBe(count);
          expect([...covered].every(at => at >= 0 && at < length)).toBe(true);
        }
      }
    });

    it('contributes the same, sparse or dense', () => {
      for (const state of open) {
        const { length, clipNorm } = learner.plan(state)!;
        const sums = [new IntegerSum(length), new IntegerSum(length)] as const;
        for (const history of someHistories) {
          const contribution = bound(contributionOf(state, history).contribution, clipNorm);
          sums[0].add(contribution);
          sums[1].add(dense(toDense(contribution)));
        }
        expect(sums[1].totals).toEqual(sums[0].totals);
      }
    });

    it('contributes the same from the same random numbers, and leaves the model as it is', () => {
      for (const state of open) {
        const before = state.model.values.slice();
        for (const history of someHistories) {
          expect(contributionOf(state, history)).toEqual(contributionOf(state, history));
        }
        expect(state.model.values).toEqual(before);
      }
    });

    it('folds without touching the state or the sum, the same every time', () => {
      for (const state of open) {
        const plan = learner.plan(state)!;
        const sum = new IntegerSum(plan.length);
        for (const history of baskets) sum.add(bound(contributionOf(state, history).contribution, plan.clipNorm));
        const release = {
          sum: sum.dequantise(plan.clipNorm / 2 ** 30),
          expectedContributions: baskets.length,
          noiseDeviation: 0,
        };
        const before = [state.model.values, state.memory.values, release.sum].map(values => values.slice());
        const next = learner.fold(state, plan, release);
        expect([state.model.values, state.memory.values, release.sum]).toEqual(before);
        expect(learner.fold(state, plan, release)).toEqual(next);
        expect(next.model.values.every(Number.isFinite)).toBe(true);
      }
    });

    it('resumes from its model and memory as files', () => {
      for (const [round, { model, memory }] of open.entries()) {
        const [stored, kept] = [model, memory].map(tensors => decodeSafetensors(encodeSafetensors(tensors)));
        const resumed = { round, model: stored!, memory: kept! };
        expect(learner.plan(resumed)).toEqual(learner.plan(states[round]!));
        const device = () => newDevice(baskets[1]!);
        const plan = learner.plan(resumed)!;
        const contribute = (from: LearnerState) =>
          copyOf(learner.contribute(plan, from.model, device(), seededRandom(2)));
        expect(contribute(resumed)).toEqual(contribute(states[round]!));
        const release = { sum: new Float64Array(plan.length).fill(0.5), expectedContributions: 3, noiseDeviation: 0 };
        const [next, expected] = [resumed, states[round]!].map(from => learner.fold(from, plan, release));
        expect(next).toEqual(expected);
      }
    });

    it('scores every item with the model of every round, as devices receive it', () => {
      for (const { model } of states.slice(1)) {
        const received = decodeSafetensors(encodeSafetensors(model));
        for (const history of someHistories) {
          const device = newDevice(history);
          const scores = learner.scores(received, device);
          expect(scores.length).toBe(ITEMS);
          expect(scores.every(Number.isFinite)).toBe(true);
          expect(learner.scores(model, device)).toEqual(scores);
        }
      }
    });

    it.each([
      ['a catalogue of one item', 1, [[0], [], [0]]],
      ['a catalogue of two items', 2, [[0], [1, 0], [], [1]]],
      ['a single device', ITEMS, [[4, 2, 9]]],
      ['devices that all bought the same', ITEMS, [[4], [4], [4]]],
      ['devices that bought nothing', ITEMS, [[], []]],
      ['devices that bought everything', ITEMS, [EVERYTHING, EVERYTHING]],
    ])('gets through a run with %s', (_, size, histories) => {
      const small = setUp(histories, size);
      for (const { model } of [...rounds(small.learner, small.devices, SEED)].slice(1)) {
        for (const history of [[], [0], histories[0]!]) {
          const scores = small.learner.scores(model, small.newDevice(history));
          expect(scores.length).toBe(size);
          expect(scores.every(Number.isFinite)).toBe(true);
        }
      }
    });
  });
}
