import { describe, expect, it } from 'vitest';
import {
  type Batch,
  bce,
  type Derivatives,
  forward,
  itemGradients,
  softmax,
  userNormalEquations,
} from '../../../shared/kernels/mf.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { describeIf } from '../../support/data.ts';
import { loadTfjs } from '../../support/tfjs.ts';
import { autodiff, differences, lossOf, type Parameters, type Problem } from './mf-oracle.ts';

const DIMENSION = 7;
/** Not a multiple of four: rows are taken by fours. */
const ROWS = 11;
const LOSSES = { bce, softmax };
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

function unpack(parameters: Parameters, { positives, negativeWeight }: Problem): { user: Float32Array; batch: Batch } {
  const values = Float32Array.from(parameters);
  const split = DIMENSION * (ROWS + 1);
  const batch = {
    vectors: values.subarray(DIMENSION, split),
    biases: values.subarray(split),
    positives: Float32Array.from(positives),
    negativeWeight,
  };
  return { user: values.subarray(0, DIMENSION), batch };
}

/** What the kernels compute at these parameters. */
function kernels(problem: Problem, parameters: Parameters) {
  const { user, batch } = unpack(parameters, problem);
  const derivatives: Derivatives = { errors: new Float32Array(ROWS), curvatures: new Float32Array(ROWS) };
  forward(user, batch, derivatives.errors);
  LOSSES[problem.loss](batch, derivatives);
  const gradient = new Float64Array(DIMENSION);
  const matrix = new Float64Array(DIMENSION ** 2);
  const mean = new Float64Array(DIMENSION);
  userNormalEquations(batch, derivatives, problem.loss === 'softmax', gradient, matrix, mean);
  itemGradients(user, batch, derivatives, problem.positiveRidge, problem.negativeRidge);
  return { gradient: [...gradient, ...batch.vectors, ...derivatives.errors], matrix };
}

function relativeError(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  const error = Array.from(found, (value, k) => value - wanted[k]!);
  return Math.hypot(...error) / Math.hypot(...Array.from(wanted));
}

describe('matrix factorisation kernels', () => {
  it.each(cases)('give the gradient that central differences give: $loss, scale $scale', ({ scale, problem }) => {
    const at = parametersOf(scale);
    const slopes = differences(parameters => lossOf(problem, parameters), at, 1e-5);
    expect(
      relativeError(
        kernels(problem, at).gradient,
        slopes.map(slope => -slope),
      ),
    ).toBeLessThan(1e-5);
  });

  it.each(cases)('give the second derivative by the user: $loss, scale $scale', ({ scale, problem }) => {
    const at = parametersOf(scale);
    const { matrix } = kernels(problem, at);
    for (let row = 0; row < DIMENSION; row++) {
      const slope = (parameters: Parameters) => differences(inner => lossOf(problem, inner), parameters, 1e-4)[row]!;
      const wanted = differences(slope, at, 1e-4).slice(0, row + 1);
      const found = matrix.slice(row * DIMENSION, row * DIMENSION + row + 1);
      for (let k = 0; k <= row; k++) expect(found[k]).toBeCloseTo(wanted[k]!, 3);
    }
  });

  it('stay finite at scores that overflow exp', () => {
    for (const { problem } of cases) {
      const { gradient, matrix } = kernels(problem, parametersOf(1e3));
      expect([...gradient, ...matrix].every(Number.isFinite)).toBe(true);
    }
  });
});

describeIf(
  tf !== undefined,
  'tfjs-node',
  'matrix factorisation kernels against tfjs [needs @tensorflow/tfjs-node]',
  () => {
    it('has the native backend', () => {
      expect(tf!.getBackend()).toBe('tensorflow');
    });

    it.each(cases)('give the gradient that autodiff gives: $loss, scale $scale', ({ scale, problem }) => {
      const at = parametersOf(scale);
      const slopes = autodiff(tf!, problem, at).map(slope => -slope);
      expect(relativeError(kernels(problem, at).gradient, slopes)).toBeLessThan(1e-5);
    });
  },
);
