import { describe, expect, it } from 'vitest';
import { bcePass, bprPass, type Factors, type StepSizes } from '../../../shared/kernels/mf.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { describeIf } from '../../support/data.ts';
import { loadTfjs } from '../../support/tfjs.ts';
import { autodiff, descend, differences, type Gradient, type Loss, pack, termsOf } from './mf-oracle.ts';

const DIMENSION = 7;
const ROWS = 6;
const NEGATIVES = 3;
/** Rows come back, as positive and as negative, so that later steps feel earlier ones. */
const SAMPLES = Int32Array.of(0, 3, 4, 3, 1, 5, 0, 4, 2, 5, 5, 1, 0, 1, 2, 3);
const PASSES = { bce: bcePass, bpr: bprPass };
const tf = await loadTfjs();

const cases: { loss: Loss; regularisation: number; scale: number; steps: Omit<StepSizes, 'regularisation'> }[] = [];
for (const loss of ['bce', 'bpr'] as const) {
  for (const regularisation of [0, Math.SQRT1_2 / 10]) {
    cases.push({ loss, regularisation, scale: 0.1, steps: { user: Math.E / 10, items: Math.PI / 10 } });
    // Scores of about +-20, where sigma is saturated.
    cases.push({ loss, regularisation, scale: Math.sqrt(7), steps: { user: 0.0123, items: 0.0457 } });
  }
}

/** The relative distance between the update that the kernel makes and the one that an oracle's gradients make. */
function relativeError({ loss, regularisation, scale, steps }: (typeof cases)[number], gradient: Gradient): number {
  const factors = factorsOf(scale);
  const start = pack(factors);
  const stepSizes = { ...steps, regularisation };
  const expected = descend(start, termsOf(loss, SAMPLES, NEGATIVES), gradient, stepSizes, DIMENSION);
  PASSES[loss]({ rows: SAMPLES, negatives: NEGATIVES }, factors, stepSizes);
  const after = pack(factors);
  const wanted = expected.map((value, k) => value - start[k]!);
  const error = after.map((value, k) => value - expected[k]!);
  return Math.hypot(...error) / Math.hypot(...wanted);
}

function factorsOf(scale: number): Factors {
  const random = seededRandom(20_240_131, 'kernel', scale);
  const draw = (count: number) => Float32Array.from({ length: count }, () => scale * random.normal());
  return { user: draw(DIMENSION), vectors: draw(ROWS * DIMENSION), biases: draw(ROWS) };
}

describe('matrix factorisation kernels', () => {
  it.each(cases)('step along central differences: $loss, lambda $regularisation, scale $scale', setting => {
    expect(relativeError(setting, differences(DIMENSION, setting.regularisation))).toBeLessThan(1e-5);
  });

  it.each(['bce', 'bpr'] as const)('%s leaves items as they are at step size 0', loss => {
    const factors = factorsOf(1);
    const before = factorsOf(1);
    PASSES[loss]({ rows: SAMPLES, negatives: NEGATIVES }, factors, { user: 0.1, items: 0, regularisation: 0.1 });
    expect(factors.vectors).toEqual(before.vectors);
    expect(factors.biases).toEqual(before.biases);
    expect(factors.user).not.toEqual(before.user);
  });

  it.each(['bce', 'bpr'] as const)('%s in two parts is %s in one', loss => {
    const whole = factorsOf(1);
    const parts = factorsOf(1);
    const samples = { rows: SAMPLES, negatives: NEGATIVES };
    const steps = { user: 0.1, items: 0.2, regularisation: 0.1 };
    PASSES[loss](samples, whole, steps);
    PASSES[loss](samples, parts, steps, 0, 2 * (1 + NEGATIVES));
    PASSES[loss](samples, parts, steps, 2 * (1 + NEGATIVES), SAMPLES.length);
    expect(parts).toEqual(whole);
  });

  it('stays finite at scores that overflow exp', () => {
    for (const pass of [bcePass, bprPass]) {
      const factors = factorsOf(1e3);
      pass({ rows: SAMPLES, negatives: NEGATIVES }, factors, { user: 1e-3, items: 1e-3, regularisation: 0.1 });
      expect(pack(factors).every(Number.isFinite)).toBe(true);
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

    it.each(cases)('step along autodiff gradients: $loss, lambda $regularisation, scale $scale', setting => {
      expect(relativeError(setting, autodiff(tf!, DIMENSION, setting.regularisation))).toBeLessThan(1e-5);
    });
  },
);
