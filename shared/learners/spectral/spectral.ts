import { type Contribution, indicator } from '../../aggregation/contribution.ts';
import type { Catalogue } from '../../catalogue.ts';
import { threadHeap } from '../../kernels/heap.ts';
import { orthonormalise } from '../../linear-algebra/tall.ts';
import { Model, type TensorSpec } from '../../model.ts';
import { power } from '../../power.ts';
import type { Random } from '../../random/random.ts';
import type { DeviceData, Learner, LearnerDefinition, LearnerState, Release, RoundPlan } from '../learner.ts';
import { candidates } from './candidates.ts';
import { Contributor } from './contribute.ts';
import { nystroem, type PartialGram, partialGram, shrink } from './gram.ts';
import { type Neighbours, neighbourWeights } from './neighbours.ts';
import { type SpectralOptions, spectralOptionsSchema } from './options.ts';
import { assignRows } from './rows.ts';
import { Scorer } from './scores.ts';

/** Where noise, or the want of purchases, leaves no mean to take for the ridge. */
const SMALLEST_RIDGE = 1e-3;

/**
 * The item-item matrix of EASE, learnt in a few rounds of rows x columns numbers instead of one of items^2 / 2:
 *
 * 1. `count`: how many devices bought each item. It sets the rows (of a large catalogue) and their scales.
 * 2. `subspace`: subspace iteration on the scaled Gram matrix. A device projects its history on the basis, and adds the outer
 *    product of history and projection; the coordinator orthonormalises the sum (Halko, Martinsson and Tropp 2011, algorithm 4.4).
 * 3. `neighbours`: factors blur what is bought with what in particular. So for each row the `columns` rows nearest to it
 *    become candidates, devices count those pairs exactly, and EASE is solved row by row on them alone.
 *
 * A device's vector is the projection of its own history: nothing personal is stored.
 */
export const spectral: LearnerDefinition<SpectralOptions> = {
  name: 'spectral',
  options: spectralOptionsSchema,
  underNoise: { clipNorm: 3 },
  create: (options, catalogue) => new Spectral(options, catalogue),
};

class Spectral implements Learner {
  readonly name = 'spectral';
  readonly personal = [];
  readonly rounds: number;
  readonly #options: SpectralOptions;
  readonly #items: number;
  readonly #rows: number;
  readonly #columns: number;
  readonly #contributor: Contributor;
  readonly #scorer: Scorer;

  constructor(options: SpectralOptions, { size }: Catalogue) {
    this.rounds = 1 + options.subspaceRounds + options.neighbourRounds;
    this.#options = options;
    this.#items = size;
    this.#rows = Math.min(size, options.maxRows);
    this.#columns = Math.min(options.columns, this.#rows);
    const shape = { items: size, rows: this.#rows, columns: this.#columns };
    this.#contributor = new Contributor(shape, threadHeap());
    this.#scorer = new Scorer(options, shape, threadHeap());
  }

  /** Nothing is published before the items are counted; the first basis is drawn. */
  init(random: Random): LearnerState {
    const memory = new Model([this.#rowTensor('start')]);
    for (let k = 0; k < memory.length; k++) memory.values[k] = random.normal();
    return { round: 0, model: new Model([]), memory };
  }

  plan({ round }: LearnerState): RoundPlan | undefined {
    const phase = this.#phase(round);
    if (phase === undefined) return undefined;
    const length = phase === 'count' ? this.#items : this.#rows * this.#columns;
    return { phase, length, clipNorm: this.#options.clipNorm, parameters: {} };
  }

  /**
   * Before it is clipped, the L2 norm of a history of n items is sqrt(n) in `count`, |a|^2 at most in `subspace`, a being the
   * scaled history (as basis vectors are orthonormal, |a p^T| = |a| |p| <= |a|^2), and sqrt(n columns) at most in
   * `neighbours` where each item has a row of its own.
   */
  contribute({ phase, length }: RoundPlan, model: Model, { history: { items } }: DeviceData): Contribution {
    if (phase === 'count') {
      return indicator(items, length);
    }
    const devices = this.#contributor;
    const part = phase === 'subspace' ? devices.project(model, items) : devices.countPairs(model, items);
    return { length, parts: [part] };
  }

  fold(state: LearnerState, { phase }: RoundPlan, release: Release): LearnerState {
    const round = state.round + 1;
    if (phase === 'count') return { round, ...this.#foldCounts(state, release) };
    if (phase === 'subspace') return { round, ...this.#foldSubspace(state, release) };
    return { round, ...this.#foldNeighbours(state, release) };
  }

  scores(model: Model, { history }: DeviceData): Float32Array {
    return this.#scorer.scores(model, history);
  }

  #phase(round: number): 'count' | 'subspace' | 'neighbours' | undefined {
    const { subspaceRounds, neighbourRounds } = this.#options;
    if (round === 0) return 'count';
    if (round <= subspaceRounds) return 'subspace';
    return round <= subspaceRounds + neighbourRounds ? 'neighbours' : undefined;
  }

  #foldCounts({ memory }: LearnerState, { sum, expectedContributions }: Release): Next {
    const model = new Model([...this.#itemTensors(), this.#rowTensor('row.factors')]);
    const shares = model.tensor('item.shares');
    for (let item = 0; item < shares.length; item++) shares[item] = sum[item]! / expectedContributions;
    const rows = assignRows(shares, this.#rows);
    model.tensor('item.rows').set(rows);
    const counts = new Float64Array(this.#rows);
    for (let item = 0; item < rows.length; item++) counts[rows[item]!]! += sum[item]!;
    const { popularityExponent } = this.#options;
    model.tensor('row.scales').set(counts.map(count => power(Math.max(1, count), -popularityExponent)));
    const start = Float64Array.from(memory.tensor('start'));
    model.tensor('row.factors').set(orthonormalise(start, this.#columns));
    return { model, memory: new Model([{ name: 'row.counts', shape: [this.#rows] }], Float32Array.from(counts)) };
  }

  #foldSubspace({ round, model, memory }: LearnerState, { sum }: Release): Next {
    const columns = this.#columns;
    if (round < this.#options.subspaceRounds) {
      const next = model.clone();
      next.tensor('row.factors').set(orthonormalise(sum, columns));
      return { model: next, memory };
    }
    const low = nystroem(model.tensor('row.factors'), sum, columns);
    const counts = memory.tensor('row.counts');
    const factors = shrink(low, columns, this.#ridge(counts) * meanSquaredScale(counts, model.tensor('row.scales')));
    const kept = new Model([...memory.specs, this.#rowTensor('low')]);
    kept.tensor('row.counts').set(counts);
    kept.tensor('low').set(low);
    return this.#publish(model, factors, kept, this.#gram(model, kept), undefined);
  }

  #foldNeighbours({ model, memory }: LearnerState, { sum }: Release): Next {
    const asked = model.tensor('row.candidates');
    const name = `counted.${memory.specs.length}`;
    const kept = new Model([...memory.specs, this.#rowTensor(`${name}.rows`), this.#rowTensor(`${name}.pairs`)]);
    kept.values.set(memory.values);
    kept.tensor(`${name}.rows`).set(asked);
    kept.tensor(`${name}.pairs`).set(sum);
    const gram = this.#gram(model, kept);
    const counted = (kept.specs.length - 2) / 2;
    const neighbours = neighbourWeights(gram, counted * this.#columns, this.#ridge(kept.tensor('row.counts')));
    return this.#publish(model, model.tensor('row.factors'), kept, gram, neighbours);
  }

  /** The model after the factors are known, with the candidates of the next round if there is one. */
  #publish(
    model: Model,
    factors: ArrayLike<number>,
    memory: Model,
    gram: PartialGram,
    neighbours: Neighbours | undefined,
  ): Next {
    const counted = (memory.specs.length - 2) / 2;
    const more = counted < this.#options.neighbourRounds;
    const specs = [...this.#itemTensors(), this.#rowTensor('row.factors')];
    if (neighbours !== undefined) {
      const shape = [this.#rows, neighbours.width];
      specs.push({ name: 'row.neighbours', shape }, { name: 'row.weights', shape });
    }
    if (more) specs.push(this.#rowTensor('row.candidates'));
    const next = new Model(specs);
    for (const { name } of this.#itemTensors()) next.tensor(name).set(model.tensor(name));
    next.tensor('row.factors').set(factors);
    if (neighbours !== undefined) {
      next.tensor('row.neighbours').set(neighbours.rows);
      next.tensor('row.weights').set(neighbours.weights);
    }
    if (more) next.tensor('row.candidates').set(candidates(gram, this.#columns, neighbours));
    return { model: next, memory: more ? memory : new Model([]) };
  }

  #gram(model: Model, memory: Model): PartialGram {
    const counts = Float64Array.from(memory.tensor('row.counts'));
    const rounds = memory.specs.filter(({ name }) => name.endsWith('.pairs')).map(({ name }) => name);
    const width = rounds.length * this.#columns;
    const counted = { width, others: new Int32Array(this.#rows * width), counts: new Float32Array(this.#rows * width) };
    for (const [n, name] of rounds.entries()) {
      const others = memory.tensor(name.replace('.pairs', '.rows'));
      const counts = memory.tensor(name);
      for (let row = 0; row < this.#rows; row++) {
        const [from, to] = [row * this.#columns, row * width + n * this.#columns];
        counted.others.set(others.subarray(from, from + this.#columns), to);
        counted.counts.set(counts.subarray(from, from + this.#columns), to);
      }
    }
    return partialGram(counts, memory.tensor('low'), model.tensor('row.scales'), counted);
  }

  #ridge(counts: Float32Array): number {
    return this.#options.lambda ?? Math.max(SMALLEST_RIDGE, meanOf(counts));
  }

  #itemTensors(): readonly TensorSpec[] {
    return [
      { name: 'item.shares', shape: [this.#items] },
      { name: 'item.rows', shape: [this.#items] },
      { name: 'row.scales', shape: [this.#rows] },
    ];
  }

  #rowTensor(name: string): TensorSpec {
    return { name, shape: [this.#rows, this.#columns] };
  }
}

type Next = Pick<LearnerState, 'model' | 'memory'>;

function meanOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** What the scales multiply the diagonal by, on the whole: it turns a ridge of the Gram matrix into one of the scaled. */
function meanSquaredScale(counts: Float32Array, scales: Float32Array): number {
  let total = 0;
  let scaled = 0;
  for (let row = 0; row < counts.length; row++) {
    const count = Math.max(0, counts[row]!);
    total += count;
    scaled += count * scales[row]! ** 2;
  }
  return total > 0 ? scaled / total : 1;
}
