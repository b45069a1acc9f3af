import { describe, expect, it } from 'vitest';
import { expTwin } from '../../../shared/kernels/twin/exp.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { describeIf } from '../../support/data.ts';
import { loadTfjs } from '../../support/tfjs.ts';
import { onBoth } from './both.ts';
import { autodiff, differences, lossOf, type Parameters, type Problem } from './mf-newton-oracle.ts';

const DIMENSION = 7;
const STRIDE = 8;
/** Not a multiple of four: rows are taken by fours. */
const ROWS = 11;
const tf = await loadTfjs();

const cases = (['bce', 'softmax'] as const).flatMap(loss =>
  [0.1, 1.3].flatMap(scale =>
    [
      { positives: [1, 1, 1], negativeWeight: 1, positiveRidge: 0, negativeRidge: 0 },
      { positives: [Math.SQRT2, 0.3, 0, Math.E], negativeWeight: Math.PI, positiveRidge: 0.7, negativeRidge: 0.01 },
    ].map(setting => ({ loss, scale, problem: { loss, dimension: DIMENSION, ...setting } satisfies Problem })),
  ),
);

function parametersOf(scale: number): Parameters {
  const random = seededRandom(20_240_131, 'kernel', scale);
  return Float64Array.from({ length: DIMENSION + ROWS * (DIMENSION + 1) }, () => Math.fround(scale * random.normal()));
}

/** What the kernels compute at these parameters; the items stand in their table from last to first. */
function compute(problem: Problem, parameters: Parameters) {
  const { loss, positives, negativeWeight, positiveRidge, negativeRidge } = problem;
  const items = Int32Array.from({ length: ROWS }, (_, row) => ROWS - 1 - row);
  const table = new Float32Array(ROWS * STRIDE);
  const itemBiases = new Float32Array(ROWS);
  for (const [row, item] of items.entries()) {
    table.set(parameters.subarray(DIMENSION * (row + 1), DIMENSION * (row + 2)), item * STRIDE);
    itemBiases[item] = parameters[DIMENSION * (ROWS + 1) + row]!;
  }
  const places = new Float32Array(12);
  const [found, twin] = onBoth(({ kernels, place, read }) => {
    const [vectors, biases, rows] = [place(table), place(itemBiases), place(items)];
    const user = new Float32Array(STRIDE);
    user.set(parameters.subarray(0, DIMENSION));
    const [at, weights, errors, curvatures] = [place(user), place(padded(positives)), place(places), place(places)];
    kernels.scoreRows(vectors, STRIDE, biases, rows, ROWS, at, errors);
    const device = [ROWS, weights, positives.length, negativeWeight, errors, curvatures] as const;
    let total = 0;
    if (loss === 'bce') kernels.bceDerivatives(...device);
    else total = kernels.softmaxDerivatives(...device);
    const sums = new Float32Array(STRIDE);
    const square = new Float64Array(STRIDE ** 2);
    const [gradient, mean, matrix] = [place(sums), place(sums), place(square)];
    kernels.addWeightedRows(vectors, STRIDE, rows, errors, ROWS, gradient);
    kernels.addWeightedRows(vectors, STRIDE, rows, curvatures, ROWS, mean);
    kernels.weightedGram(vectors, STRIDE, rows, ROWS, curvatures, matrix);
    if (loss === 'softmax') kernels.centre(matrix, STRIDE, mean, total);
    const values = new Float32Array(ROWS * DIMENSION + 3);
    const ridges = [positiveRidge, negativeRidge] as const;
    const perItem = place(values);
    kernels.itemGradients(vectors, STRIDE, rows, ROWS, positives.length, at, errors, ...ridges, DIMENSION, perItem);
    const byUser = read(gradient, sums);
    const derivative = [
      ...byUser.subarray(0, DIMENSION),
      ...read(perItem, values).subarray(0, ROWS * DIMENSION),
      ...read(errors, places).subarray(0, ROWS),
    ];
    const curvature = [...read(curvatures, places).subarray(0, ROWS)];
    return { derivative, curvature, matrix: lowerTriangle(read(matrix, square)), total };
  });
  expect(found).toEqual(twin);
  return found;
}

/** With numbers behind them that must not be taken for weights. */
function padded(weights: readonly number[]): Float32Array {
  return Float32Array.from({ length: 12 }, (_, row) => weights[row] ?? 1e6);
}

function lowerTriangle(matrix: Float64Array): number[][] {
  return Array.from({ length: DIMENSION }, (_, row) =>
    Array.from(matrix.subarray(row * STRIDE, row * STRIDE + row + 1)),
  );
}

function relativeError(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  const error = Array.from(found, (value, k) => value - wanted[k]!);
  return Math.hypot(...error) / Math.hypot(...Array.from(wanted));
}

describe('the kernels of matrix factorisation', () => {
  it.each(cases)('give the gradient that central differences give: $loss, scale $scale', ({ scale, problem }) => {
    const at = parametersOf(scale);
    const slopes = differences(parameters => lossOf(problem, parameters), at, 1e-5);
    const { derivative } = compute(problem, at);
    expect(
      relativeError(
        derivative,
        slopes.map(slope => -slope),
      ),
    ).toBeLessThan(1e-5);
  });

  it.each(cases)('give the second derivative by the user: $loss, scale $scale', ({ scale, problem }) => {
    const at = parametersOf(scale);
    const items = at.subarray(DIMENSION);
    const byUser = (user: Parameters) => lossOf(problem, Float64Array.from([...user, ...items]));
    for (const [row, found] of compute(problem, at).matrix.entries()) {
      const slope = (user: Parameters) => differences(byUser, user, 1e-4)[row]!;
      const wanted = differences(slope, at.slice(0, DIMENSION), 1e-4);
      for (const [k, value] of found.entries()) expect(value).toBeCloseTo(wanted[k]!, 3);
    }
  });

  it('say how much curvature there is in all', () => {
    for (const { problem, scale } of cases.filter(({ loss }) => loss === 'softmax')) {
      const { total, curvature } = compute(problem, parametersOf(scale));
      expect(total).toBeCloseTo(
        problem.positives.reduce((sum, weight) => sum + weight, 0),
        6,
      );
      expect(curvature.reduce((sum, value) => sum + value, 0)).toBeCloseTo(total, 5);
    }
  });

  it('stay finite at scores that overflow exp', () => {
    for (const { problem } of cases) {
      const { derivative, matrix } = compute(problem, parametersOf(1e3));
      expect([...derivative, ...matrix.flat()].every(Number.isFinite)).toBe(true);
    }
  });
});

describeIf(
  tf !== undefined,
  'tfjs-node',
  'the kernels of matrix factorisation against tfjs [needs @tensorflow/tfjs-node]',
  () => {
    it('has the native backend', () => {
      expect(tf!.getBackend()).toBe('tensorflow');
    });

    it.each(cases)('give the gradient that autodiff gives: $loss, scale $scale', ({ scale, problem }) => {
      const at = parametersOf(scale);
      const slopes = autodiff(tf!, problem, at).map(slope => -slope);
      expect(relativeError(compute(problem, at).derivative, slopes)).toBeLessThan(1e-5);
    });
  },
);

describe('newtonStep', () => {
  const random = seededRandom(3, 'newton step');
  const matrix = new Float64Array(STRIDE ** 2);
  for (let i = 0; i < DIMENSION; i++) {
    for (let j = 0; j < i; j++) matrix[i * STRIDE + j] = random.normal();
    matrix[i * STRIDE + i] = 10 + random.float();
  }
  const gradient = Float32Array.from({ length: STRIDE }, () => random.normal());
  const user = Float32Array.from({ length: STRIDE }, (_, k) => (k < DIMENSION ? random.normal() : 0));
  const room = new Float64Array(STRIDE);
  const step = (square: Float64Array, ridge: number, longest: number) => {
    const [found, twin] = onBoth(({ kernels, place, read }) => {
      const at = place(user);
      const solved = kernels.newtonStep(
        at,
        DIMENSION,
        STRIDE,
        place(gradient),
        place(square),
        ridge,
        longest,
        place(room),
      );
      return { solved, user: read(at, user) };
    });
    expect(found).toEqual(twin);
    return { ...found, moved: Array.from(found.user, (value, k) => value - user[k]!) };
  };
  const symmetric = (i: number, j: number): number => matrix[Math.max(i, j) * STRIDE + Math.min(i, j)]!;

  it.each([0, Math.E])('goes where the gradient with a ridge of %f is zero', ridge => {
    const { solved, moved } = step(matrix, ridge, 1e3);
    expect(solved).toBe(1);
    for (let i = 0; i < DIMENSION; i++) {
      const pull = gradient[i]! - ridge * user[i]!;
      const rest = moved.slice(0, DIMENSION).reduce((sum, by, j) => sum + symmetric(i, j) * by, ridge * moved[i]!);
      expect(rest).toBeCloseTo(pull, 5);
    }
    expect(moved[DIMENSION]).toBe(0);
  });

  it('goes in that direction as far as it may', () => {
    const whole = step(matrix, 0, 1e3).moved;
    const cut = step(matrix, 0, Math.SQRT1_2 / 100).moved;
    expect(Math.hypot(...cut)).toBeCloseTo(Math.SQRT1_2 / 100, 7);
    const scale = Math.hypot(...cut) / Math.hypot(...whole);
    for (const [k, value] of cut.entries()) expect(value).toBeCloseTo(scale * whole[k]!, 6);
  });

  it.each([-30, Number.NaN])('stays where it is if the matrix holds %f', value => {
    const bad = matrix.slice();
    bad[2 * STRIDE + 2] = value;
    expect(step(bad, 1, 3)).toMatchObject({ solved: 0, user });
  });
});

it('expTwin is e^x within 2e-7 down to -87, and stays there', () => {
  const errors = Array.from({ length: 23_000 }, (_, k) => {
    const x = Math.fround(-0.00378 * k);
    return Math.abs(expTwin(x) / Math.exp(x) - 1);
  });
  expect(Math.max(...errors)).toBeLessThan(2e-7);
  expect(expTwin(0)).toBe(1);
  expect(expTwin(-1e30)).toBe(expTwin(-87));
});
