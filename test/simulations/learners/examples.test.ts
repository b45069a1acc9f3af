import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Catalogue } from '../../../shared/catalogue.ts';
import { createLearner, learnerDefinitionsWith } from '../../../shared/learners/index.ts';
import type { Learner } from '../../../shared/learners/learner.ts';
import type { Tf } from '../../../shared/learners/tfjs/index.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { loadDataset } from '../../../simulations/data/index.ts';
import { loadTfjs, TFJS_BACKENDS } from '../../../simulations/learners/backend.ts';
import { loadLearnerFile } from '../../../simulations/learners/file.ts';
import {
  bought,
  catalogueOf,
  deviceOf,
  PLANTED_ITEMS,
  plantedShoppers,
  precision,
  train,
} from '../../shared/learners/in-memory.ts';
import { describeIf } from '../../support/data.ts';
import { loadTfjs as tfjsNode } from '../../support/tfjs.ts';

const EXAMPLES = ['neumf', 'two-tower', 'sequence'] as const;
const hasTfjsNode = (await tfjsNode()) !== undefined;

function pathOf(example: string): string {
  return fileURLToPath(new URL(`../../../simulations/examples/${example}.ts`, import.meta.url));
}

async function make(tf: Tf, example: string, options: object, catalogue: Catalogue): Promise<Learner> {
  const definition = await loadLearnerFile(pathOf(example), tf);
  return createLearner(definition.name, options, catalogue, learnerDefinitionsWith([definition]));
}

for (const backend of TFJS_BACKENDS) {
  const available = backend !== 'tensorflow' || hasTfjsNode;
  describeIf(available, 'tfjs-node', `the examples on the ${backend} backend`, () => {
    it.each(EXAMPLES)('%s trains, leaves no tensor behind, and gives the same bits again', async example => {
      const { tf } = await loadTfjs([backend]);
      const { catalogue, population } = await loadDataset('synthetic:tiny');
      const learner = await make(tf, example, { rounds: 2, personaliseEpochs: 2 }, catalogue);
      const run = () => {
        const devices = Array.from({ length: 6 }, (_, user) => deviceOf(learner, population.history(user)));
        const { model } = train(learner, devices, 5);
        learner.personalise!(model, devices[0]!, seededRandom(5));
        return { model, scores: learner.scores(model, devices[0]!) };
      };
      const before = tf.memory().numTensors;
      const [first, again] = [run(), run()];
      expect(tf.memory().numTensors).toBe(before);
      expect(again).toEqual(first);
      expect(first.scores.length).toBe(catalogue.size);
      expect(first.scores.every(Number.isFinite)).toBe(true);
      const { values } = learner.init(seededRandom(5, 'init')).model;
      expect(first.model.values.some((value, k) => value !== values[k])).toBe(true);
    });
  });
}

/** Few and fast steps: enough to tell what is learnt from what is not. */
const QUICK = { rounds: 10, localEpochs: 1, serverLearningRate: 0.2, personaliseEpochs: 4 };

describe('the examples learn', () => {
  const shoppers = plantedShoppers(30, 3);

  /** What each shopper is given scores of, by a learner that all of them trained; the mean of what `judge` says of it. */
  function meanOver(learner: Learner, catalogue: Catalogue, judge: (scores: Float32Array, user: number) => number) {
    const devices = shoppers.map(({ items }) => deviceOf(learner, bought(items, catalogue)));
    const { model } = train(learner, devices, 3);
    const judged = devices.map((device, user) => {
      learner.personalise?.(model, device, seededRandom(3, 'personalise', user));
      return judge(learner.scores(model, device), user);
    });
    return judged.reduce((sum, value) => sum + value, 0) / judged.length;
  }
  const ofPlanted = (scores: Float32Array, user: number): number =>
    precision(scores.subarray(0, PLANTED_ITEMS), shoppers[user]!);

  it('neumf: what shoppers have in common, beyond what is popular', async () => {
    const { tf } = await loadTfjs(['wasm']);
    const catalogue = catalogueOf(PLANTED_ITEMS);
    expect(meanOver(createLearner('popularity', {}, catalogue), catalogue, ofPlanted)).toBeLessThan(0.4);
    const learner = await make(tf, 'neumf', { ...QUICK, rounds: 16, localEpochs: 2, personaliseEpochs: 8 }, catalogue);
    expect(meanOver(learner, catalogue, ofPlanted)).toBeGreaterThan(0.5);
  });

  it('two-tower: that too, and whom an item suits that nobody has bought, by its category', async () => {
    const { tf } = await loadTfjs(['wasm']);
    const named = catalogueOf(PLANTED_ITEMS).items.map(({ id }, item) => ({
      id,
      category: `D${Math.floor(item / 10)}`,
    }));
    const news = Array.from({ length: 6 }, (_, department) => ({
      id: `new ${department}`,
      category: `D${department}`,
    }));
    const catalogue = new Catalogue([...named, ...news]);
    const learner = await make(tf, 'two-tower', { ...QUICK, words: 1 }, catalogue);
    let suited = 0;
    const quality = meanOver(learner, catalogue, (scores, user) => {
      const ofNew = scores.subarray(PLANTED_ITEMS);
      const best = ofNew.indexOf(Math.max(...ofNew));
      if (shoppers[user]!.items.some(item => Math.floor(item / 10) === best)) suited++;
      return ofPlanted(scores, user);
    });
    expect(quality).toBeGreaterThan(0.5);
    // By chance a third: shoppers like two of six departments.
    expect(suited / shoppers.length).toBeGreaterThan(0.55);
  });

  it('sequence: what follows what', async () => {
    const { tf } = await loadTfjs(['wasm']);
    const size = 20;
    const catalogue = catalogueOf(size);
    const learner = await make(tf, 'sequence', { rounds: 15, last: 2, serverLearningRate: 0.2 }, catalogue);
    // Everybody walks around the shop, from another shelf on.
    const starts = Array.from({ length: size }, (_, start) => start);
    const devices = starts.map(start =>
      deviceOf(
        learner,
        bought(
          Array.from({ length: 8 }, (_, step) => (start + step) % size),
          catalogue,
        ),
      ),
    );
    const { model } = train(learner, devices, 3);
    const right = starts.filter(start => {
      const scores = learner.scores(model, devices[start]!);
      return scores.indexOf(Math.max(...scores)) === (start + 8) % size;
    });
    expect(right.length).toBeGreaterThan(0.9 * size);
  });
});

it('the examples are short enough to be read at one sitting', () => {
  for (const example of EXAMPLES) expect(readFileSync(pathOf(example), 'utf8').split('\n').length).toBeLessThan(120);
});
