import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { NumericalError, SettingsError } from '../../../../shared/errors.ts';
import { createLearner, learnerDefinitionsWith } from '../../../../shared/learners/index.ts';
import type { Learner } from '../../../../shared/learners/learner.ts';
import { type Batch, defineTfjsLearner, tfjsLearner, tfjsModel } from '../../../../shared/learners/tfjs/index.ts';
import { seededRandom } from '../../../../shared/random/seeded.ts';
import { loadTfjs } from '../../../../simulations/learners/backend.ts';
import { bought, catalogueOf, deviceOf, train } from '../in-memory.ts';

const { tf } = await loadTfjs(['cpu']);
const ITEMS = 9;
const catalogue = catalogueOf(ITEMS);

interface Recorded {
  readonly items: readonly number[];
  readonly labels: readonly number[];
  readonly positions: readonly number[];
}

/** Logistic regression: a score is a personal bias plus an item's weight. Writes down the batches that it is given. */
function logistic(recorded: Recorded[] = []) {
  return defineTfjsLearner({
    name: 'logistic',
    options: { regularisation: z.number().nonnegative().default(0) },
    training: { rounds: 3, batchSize: 3, negatives: 2, personalLearningRate: 0.7, serverOptimizer: 'sgd' },
    create: (given, { regularisation }, { size }) =>
      tfjsModel({
        personal: { bias: { shape: [1] } },
        global: { weights: { shape: [size], deviation: 0.5 } },
        loss(v, batch) {
          recorded.push(recordOf(batch));
          const logits = given.add(given.gather(v.weights, batch.items), v.bias);
          const fit = given.mean(given.sub(given.softplus(logits), given.mul(batch.labels, logits)));
          return given.add(fit, given.mul(regularisation, given.sum(given.square(v.weights))));
        },
        scores: v => given.add(v.weights, v.bias),
      }),
  });
}

function recordOf({ items, labels, positions }: Batch): Recorded {
  return { items: [...items.dataSync()], labels: [...labels.dataSync()], positions: [...positions] };
}

function make(definition: unknown, options: object = {}): Learner {
  const made = tfjsLearner(tf, definition);
  return createLearner(made.name, options, catalogue, learnerDefinitionsWith([made]));
}

/** The same descent in doubles, by the derivative written out: sigmoid(score) - label. */
function descend(weights: number[], bias: number, batches: readonly Recorded[], rates: { own: number; all: number }) {
  const contribution = weights.map(() => 0);
  for (const { items, labels, positions } of batches) {
    const gradients = items.map((item, k) => {
      const score = weights[item]! + bias;
      return (1 / (1 + Math.exp(-score)) - labels[k]!) / items.length;
    });
    bias -= rates.own * gradients.reduce((sum, gradient) => sum + gradient, 0);
    for (const [k, item] of items.entries()) {
      weights[item]! -= rates.all * gradients[k]!;
      contribution[item]! -= rates.all * positions.length * gradients[k]!;
    }
  }
  return { contribution, bias };
}

describe('a device of a tfjs learner', () => {
  const recorded: Recorded[] = [];
  const learner = make(logistic(recorded), { localEpochs: 2, globalLearningRate: Math.SQRT1_2 });
  const state = learner.init(seededRandom(7));
  const plan = learner.plan(state)!;
  const history = bought([4, 0, 7, 2, 8], catalogue);

  it('moves along the gradients of plain logistic regression, and contributes how the global ones moved, by purchase', () => {
    const device = deviceOf(learner, history);
    device.personal[0] = 0.3;
    recorded.length = 0;
    const contribution = learner.contribute(plan, state.model, device, seededRandom(1));
    expect(recorded.length).toBe(4);
    const expected = descend([...state.model.values], Math.fround(0.3), recorded, { own: 0.7, all: Math.SQRT1_2 });
    expect(device.personal[0]).toBeCloseTo(expected.bias, 6);
    expect(contribution.length).toBe(ITEMS);
    const [part] = contribution.parts;
    for (const [item, value] of expected.contribution.entries()) expect(part!.values[item]).toBeCloseTo(value, 6);
  });

  it('is given each purchase once a pass, with its place in the history, beside items that were not bought', () => {
    recorded.length = 0;
    learner.contribute(plan, state.model, deviceOf(learner, history), seededRandom(2));
    for (const pass of [recorded.slice(0, 2), recorded.slice(2)]) {
      expect(pass.map(({ positions }) => positions.length)).toEqual([3, 2]);
      const positions = pass.flatMap(one => one.positions);
      expect(positions.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
      for (const batch of pass) {
        expect(batch.labels).toEqual(batch.positions.flatMap(() => [1, 0, 0]));
        expect(batch.items.filter((_, k) => k % 3 === 0)).toEqual(batch.positions.map(at => history.items[at]));
        for (const [k, item] of batch.items.entries()) if (k % 3 > 0) expect(history.items).not.toContain(item);
      }
    }
  });

  it('fits the personal variables from zero, and leaves the model as it is', () => {
    const before = state.model.clone();
    const [fresh, kept] = [deviceOf(learner, history), deviceOf(learner, history)];
    kept.personal[0] = 5;
    for (const device of [fresh, kept]) learner.personalise!(state.model, device, seededRandom(3));
    expect(fresh.personal[0]).not.toBe(0);
    expect(kept.personal).toEqual(fresh.personal);
    expect(state.model).toEqual(before);
  });

  it('does the same with the same random numbers', () => {
    const contribute = (seed: number) =>
      learner.contribute(plan, state.model, deviceOf(learner, history), seededRandom(seed));
    const first = contribute(3);
    contribute(4);
    expect(contribute(3)).toEqual(first);
    expect(contribute(4)).not.toEqual(first);
  });

  it('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    for (let round = 0; round < 3; round++) {
      const device = deviceOf(learner, history);
      learner.contribute(plan, state.model, device, seededRandom(round));
      learner.personalise!(state.model, device, seededRandom(round));
      learner.scores(state.model, device);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    ['nothing', 0],
    ['everything', ITEMS],
  ])('adds nothing if it bought %s, and still scores', (_, count) => {
    const device = deviceOf(learner, bought(Array(count).keys(), catalogue));
    const contribution = learner.contribute(plan, state.model, device, seededRandom(1));
    expect(contribution.parts[0]!.values.every(value => value === 0)).toBe(true);
    expect([...learner.scores(state.model, device)]).toEqual([...state.model.values]);
  });
});

describe('a run of a tfjs learner', () => {
  const histories = [[1, 2, 3], [3, 4, 5, 6], [0], [8, 1, 7, 2]].map(items => bought(items, catalogue));

  it('averages: one round at server rate 1 adds the mean of what devices contributed', () => {
    const learner = make(logistic(), { rounds: 1, serverLearningRate: 1 });
    const start = learner.init(seededRandom(5, 'init')).model;
    const plan = learner.plan(learner.init(seededRandom(5, 'init')))!;
    const { model } = train(
      learner,
      histories.map(history => deviceOf(learner, history)),
      5,
    );
    const moved = histories.map((history, user) => {
      const contribution = learner.contribute(plan, start, deviceOf(learner, history), seededRandom(5, 0, user));
      return contribution.parts[0]!.values;
    });
    for (const [k, value] of model.values.entries()) {
      const mean = moved.reduce((sum, values) => sum + values[k]!, 0) / histories.length;
      expect(value).toBeCloseTo(start.values[k]! + mean, 6);
    }
  });

  it('gives the same bits for the same seed, and ends after its rounds', () => {
    const run = (seed: number) => {
      const learner = make(logistic(), { serverOptimizer: 'adam' });
      const devices = histories.map(history => deviceOf(learner, history));
      return { ...train(learner, devices, seed), personal: devices.map(({ personal }) => personal) };
    };
    expect(run(1)).toEqual(run(1));
    expect(run(2)).not.toEqual(run(1));
    expect(run(1).round).toBe(3);
  });

  it('never has a personal variable in its model or contribution', () => {
    const learner = make(logistic());
    const { model } = learner.init(seededRandom(1));
    expect(model.specs).toEqual([{ name: 'weights', shape: [ITEMS] }]);
    expect(learner.plan(learner.init(seededRandom(1)))!.length).toBe(ITEMS);
    expect(learner.personal).toEqual([{ name: 'bias', shape: [1] }]);
  });
});

describe('the options of a tfjs learner', () => {
  it('are those of the model and of training, with the defaults that the model has for them, complete', () => {
    const { options } = tfjsLearner(tf, logistic());
    const filled = options.parse({ regularisation: 0.5, negatives: 9 });
    expect(filled).toMatchObject({ regularisation: 0.5, negatives: 9, rounds: 3, batchSize: 3, serverLearningRate: 1 });
    expect(options.parse(JSON.parse(JSON.stringify(filled)))).toEqual(filled);
  });

  it.each([[{ regularization: 1 }], [{ negatives: 0 }], [{ serverOptimizer: 'lamb' }], ['rounds=3']])(
    'are refused with a sentence: %o',
    options => {
      expect(() => make(logistic(), options as object)).toThrow(SettingsError);
    },
  );
});

describe('what is no model is refused with a sentence', () => {
  const sound = logistic();
  const model = {
    personal: {},
    global: { w: { shape: [ITEMS] } },
    loss: ({ w }: Record<string, ReturnType<typeof tf.scalar>>) => tf.sum(w!),
    scores: ({ w }: Record<string, ReturnType<typeof tf.scalar>>) => w,
  };
  const use = (definition: object): void => {
    const learner = make({ ...sound, ...definition });
    const device = deviceOf(learner, bought([1, 2], catalogue));
    const state = learner.init(seededRandom(1));
    learner.contribute(learner.plan(state)!, state.model, device, seededRandom(1));
    learner.scores(state.model, device);
  };
  const creates = (part: object) => ({ create: () => ({ ...model, ...part }) });

  it('but this one is', () => {
    expect(() => use(creates({}))).not.toThrow();
  });

  it.each([
    ['no name', { name: undefined }, /name/],
    ['a name that is no word', { name: 'My Model' }, /lower-case/],
    ['no create', { create: 3 }, /create/],
    ['options that are no schemas', { options: { a: 1 } }, /zod/],
    ['an option that training has', { options: { rounds: z.int() } }, /Training has an option "rounds"/],
    ['a default of training that is not valid', { training: { rounds: 0 } }, /rounds/],
    ['a create that fails', { create: () => JSON.parse('{') }, /model of learner "logistic" cannot be/],
    ['a create that gives nothing', { create: () => undefined }, /gives no model/],
    ['two variables of one name', creates({ personal: { w: { shape: [1] } } }), /Two variables.*"w"/],
    ['no global variable', creates({ global: {} }), /no global variable/],
    ['a shape that is none', creates({ global: { w: { shape: [2.5] } } }), /shape/],
    ['a loss that is no scalar', creates({ loss: model.scores }), /loss.*shape \[9\]/],
    ['scores of another length', creates({ scores: () => tf.zeros([4]) }), /scores.*shape \[4\]/],
    ['a loss without the variable', creates({ loss: () => tf.scalar(1) }), /gradient/],
  ])('%s', (_, part, message) => {
    expect(() => use(part)).toThrow(message);
    expect(() => use(part)).toThrow(SettingsError);
  });

  it('a loss that is not a number, which leaves the personal variables as they were', () => {
    const learner = make({
      ...sound,
      ...creates({
        personal: { p: { shape: [1] } },
        loss: (v: Record<string, ReturnType<typeof tf.scalar>>) =>
          tf.log(tf.add(tf.sum(v.p!), tf.sub(tf.sum(v.w!), 1))),
      }),
    });
    const device = deviceOf(learner, bought([1, 2], catalogue));
    const state = learner.init(seededRandom(1));
    const contribute = () => learner.contribute(learner.plan(state)!, state.model, device, seededRandom(1));
    expect(contribute).toThrow(NumericalError);
    expect(contribute).toThrow(/"logistic".*not finite/);
    expect(device.personal[0]).toBe(0);
  });
});
