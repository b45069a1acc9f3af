import type { TwinMemory } from './memory.ts';
import { below } from './random.ts';

/**
 * A device's part of matrix factorisation by gradient descent, one sample at a time. It works on its own copies of the
 * rows that it touches, numbered from 0 as they are met, bought items first; `items` int32 holds the item of each row.
 */
export interface MfSgdKernels {
  /**
   * The samples of one epoch: the bought rows in random order (Fisher and Yates from the end), each followed by
   * `negatives` draws, uniform and with repetition, of the m > 0 items that were not bought. A draw d below m stands for
   * item d, or if that was bought for its stand-in: the n-th bought row whose item is below m has the n-th item from m on
   * that was not bought. So no draw is refused.
   *
   * @param slots int32 [catalogue], kept from call to call: slots[item] - base is the item's row, negative if it has none.
   * So all must be below `base` before a device's first epoch, and its `base` plus its rows is the base of the next device.
   * @param items int32, of which `rows` are known; there must be room for those that are drawn for the first time.
   * @param rows so many are in use: `bought` before the first epoch.
   * @param state of the generator: see RandomKernels.
   * @param samples int32 [bought * (1 + negatives)], rows.
   * @param standIns int32 [bought], for the time of the call.
   * @returns how many rows are in use now.
   */
  drawSamples(
    slots: number,
    catalogue: number,
    base: number,
    items: number,
    bought: number,
    rows: number,
    negatives: number,
    state: number,
    samples: number,
    standIns: number,
  ): number;
  /** rows[r] = table[items[r]] for r from `from` to `to` - 1; float32 rows of `width`. */
  gatherRows(table: number, width: number, items: number, from: number, to: number, rows: number): void;
  /** rows[r] = rows[r] - table[items[r]], of which the first `kept` of `width` numbers are kept, in place and without gaps. */
  subtractRows(table: number, width: number, items: number, count: number, rows: number, kept: number): void;
  /**
   * For each sample in turn, with u the user vector and v and b the row's vector and bias, all float32, pads zero:
   *   step = learningRate (label - 1 / (1 + exp(-(u . v + b)))), label 1 for the rows below `bought`, else 0
   *   u, v, b = decay u + step v, decay v + step u, b + step, decay = 1 - learningRate regularisation
   * which descends the binary cross-entropy plus regularisation / 2 times the squared norms of both vectors.
   *
   * Where the next sample is of another row, with vector w and bias c, its score is not computed from the new u, for which it
   * would have to wait, but as (decay (u . w) + c) + step (v . w) from what u and v were. In a product of vectors, term k
   * goes to partial sum k mod 16, of which l, l + 4, l + 8 and l + 12 are added by twos, then what came of l = 0 and 2 and
   * of 1 and 3, then both. Scores count as -40 to 40, and the sigmoid is right to 1.2e-7.
   *
   * @param stride of user and vectors, a multiple of 4.
   */
  sgdEpoch(
    user: number,
    stride: number,
    vectors: number,
    biases: number,
    bought: number,
    samples: number,
    length: number,
    learningRate: number,
    regularisation: number,
  ): void;
}

const f = Math.fround;

export function mfSgdTwin(memory: TwinMemory): MfSgdKernels {
  return {
    drawSamples(slots, catalogue, base, items, bought, rows, negatives, state, samples, standIns) {
      const { i32 } = memory;
      const others = catalogue - bought;
      const group = 1 + negatives;
      const slotOf = (item: number) => (slots >> 2) + item;
      const itemOf = (row: number) => (items >> 2) + row;
      const rowOf = (item: number) => i32[slotOf(item)]! - base;
      const isBought = (item: number) => rowOf(item) >= 0 && rowOf(item) < bought;
      const sampleAt = (k: number) => (samples >> 2) + k;
      for (let row = 0; row < bought; row++) {
        i32[sampleAt(row * group)] = row;
        i32[slotOf(i32[itemOf(row)]!)] = base + row;
      }
      let standIn = others;
      for (let row = 0; row < bought; row++) {
        if (i32[itemOf(row)]! >= others) continue;
        while (isBought(standIn)) standIn++;
        i32[(standIns >> 2) + row] = standIn++;
      }
      for (let last = bought - 1; last > 0; last--) {
        const one = sampleAt(last * group);
        const other = sampleAt(below(memory, state, last + 1) * group);
        [i32[one], i32[other]] = [i32[other]!, i32[one]!];
      }
      for (let k = 0; k < bought * group; k++) {
        if (k % group === 0) continue;
        const drawn = below(memory, state, others);
        const item = isBought(drawn) ? i32[(standIns >> 2) + rowOf(drawn)]! : drawn;
        if (rowOf(item) < 0) {
          i32[itemOf(rows)] = item;
          i32[slotOf(item)] = base + rows++;
        }
        i32[sampleAt(k)] = rowOf(item);
      }
      return rows;
    },

    gatherRows(table, width, items, from, to, rows) {
      const { i32, f32 } = memory;
      for (let r = from; r < to; r++) {
        const source = (table >> 2) + i32[(items >> 2) + r]! * width;
        f32.copyWithin((rows >> 2) + r * width, source, source + width);
      }
    },

    subtractRows(table, width, items, count, rows, kept) {
      const { i32, f32 } = memory;
      for (let r = 0; r < count; r++) {
        const before = (table >> 2) + i32[(items >> 2) + r]! * width;
        const after = (rows >> 2) + r * width;
        for (let k = 0; k < kept; k++) f32[(rows >> 2) + r * kept + k] = f32[after + k]! - f32[before + k]!;
      }
    },

    sgdEpoch(user, stride, vectors, biases, bought, samples, length, learningRate, regularisation) {
      const { i32, f32 } = memory;
      const rate = f(learningRate);
      const decay = f(1 - f(rate * f(regularisation)));
      const u = user >> 2;
      const vectorOf = (row: number) => (vectors >> 2) + row * stride;
      const biasOf = (row: number) => (biases >> 2) + row;
      const rowAt = (k: number) => i32[(samples >> 2) + k]!;
      const scoreOf = (row: number) => f(dot(f32, u, vectorOf(row), stride) + f32[biasOf(row)]!);
      let score = length > 0 ? scoreOf(rowAt(0)) : 0;
      for (let k = 0; k < length; k++) {
        const row = rowAt(k);
        const v = vectorOf(row);
        const next = k + 1 < length ? rowAt(k + 1) : row;
        const ahead = f(f(decay * dot(f32, u, vectorOf(next), stride)) + f32[biasOf(next)]!);
        const between = dot(f32, v, vectorOf(next), stride);
        const step = sigmoidStep(score, row < bought ? 1 : 0, rate);
        for (let at = 0; at < stride; at++) {
          const userBefore = f32[u + at]!;
          const itemBefore = f32[v + at]!;
          f32[u + at] = f(decay * userBefore) + f(step * itemBefore);
          f32[v + at] = f(decay * itemBefore) + f(step * userBefore);
        }
        f32[biasOf(row)]! += step;
        score = next === row ? scoreOf(row) : f(ahead + f(step * between));
      }
    },
  };
}

/** Partial sums of a product, then the four lanes. */
const PARTIAL = new Float32Array(16);

function dot(f32: Float32Array, a: number, b: number, length: number): number {
  PARTIAL.fill(0);
  for (let k = 0; k < length; k++) PARTIAL[k & 15]! += f(f32[a + k]! * f32[b + k]!);
  for (let l = 0; l < 4; l++) PARTIAL[l] = f(PARTIAL[l]! + PARTIAL[l + 4]!) + f(PARTIAL[l + 8]! + PARTIAL[l + 12]!);
  return f(f(PARTIAL[0]! + PARTIAL[2]!) + f(PARTIAL[1]! + PARTIAL[3]!));
}

/** 2^23 + 2^22: what is added to it is rounded to a whole number, which then is in the lowest bits. */
const SHIFT = 12_582_912;

/**
 * learningRate (label - sigmoid(score)). The sigmoid is 2^-n / (2^-n + 2^r), where n + r = -score log2(e), n whole and
 * |r| <= 1/2, with a polynomial for 2^r whose relative error is 8e-8.
 */
function sigmoidStep(score: number, label: number, learningRate: number): number {
  const exponent = f(Math.max(-40, Math.min(40, score)) * f(-Math.LOG2E));
  const shifted = f(exponent + SHIFT);
  const r = f(exponent - (shifted - SHIFT));
  const squared = f(r * r);
  const first = f(1 + f(f(0.69314694) * r));
  const second = f(f(0.24022119) + f(f(0.05550714) * r));
  const third = f(f(0.00967561) + f(f(0.0013276404) * r));
  const power = f(f(first + f(second * squared)) + f(third * f(squared * squared)));
  BITS[0] = (127 - (shifted - SHIFT)) << 23;
  const scale = SCALE[0]!;
  return f(f(learningRate * label) - f(f(learningRate * scale) / f(scale + power)));
}

/** The bits of 2^-n as a float. */
const BITS = new Int32Array(1);
const SCALE = new Float32Array(BITS.buffer);
