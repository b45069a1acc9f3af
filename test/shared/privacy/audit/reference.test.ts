import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { auditErrorRates } from '../../../../shared/privacy/audit/error-rates.ts';
import { auditOneRunFdp } from '../../../../shared/privacy/audit/f-dp.ts';
import { auditGaussian, epsilonOfGaussian } from '../../../../shared/privacy/audit/gaussian.ts';
import { normalQuantile } from '../../../../shared/privacy/audit/normal-quantile.ts';
import { auditOneRun, oneRunEpsilonLowerBound, oneRunPValue } from '../../../../shared/privacy/audit/one-run.ts';
import {
  areaUnderCurve,
  operatingPoints,
  rawEpsilonEstimate,
  truePositiveRateAt,
} from '../../../../shared/privacy/audit/operating-points.ts';
import { twoNormalsEpsilon } from '../../../../shared/privacy/audit/two-normals.ts';

/** Figures of jax_privacy's auditing.py and of closed forms; see the file's source. */
const SOURCE = process.env.LARDER_REFERENCE;
const fixture = SOURCE
  ? JSON.parse(readFileSync(`${SOURCE}/dp_cases.json`, 'utf8')).audit
  : JSON.parse(readFileSync(new URL('../../../fixtures/privacy/audit.json', import.meta.url), 'utf8'));

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly delta: number;
  readonly significance?: number;
  readonly params: Record<string, number>;
  readonly [figure: string]: unknown;
}

const cases = (kind: string): Case[] => fixture.cases.filter((entry: Case) => entry.kind === kind);

function expectClose(found: number, expected: unknown, relative = 1e-6): void {
  expect(Math.abs(found - (expected as number))).toBeLessThanOrEqual(relative * Math.abs(expected as number));
}

const guessesOf = ({ params }: Case) => ({
  canaries: params.m!,
  guesses: params.n_guess!,
  correct: params.n_correct!,
});

test.each(cases('one_run_p_value'))('$id', entry => {
  expectClose(oneRunPValue(guessesOf(entry), entry.params.epsilon!, entry.delta), entry.p_value);
});

test.each(cases('one_run_epsilon_lb'))('$id', entry => {
  const found = oneRunEpsilonLowerBound(guessesOf(entry), entry.delta, entry.params.significance!);
  expectClose(found, entry.epsilon_lower_bound);
});

test.each(cases('two_normals_epsilon'))('$id', ({ params, delta, epsilon }) => {
  const found = twoNormalsEpsilon(
    { mean: params.mu_in!, deviation: params.sd_in! },
    { mean: params.mu_out!, deviation: params.sd_out! },
    delta,
  );
  expectClose(found, epsilon);
});

describe.each(cases('auditor_normal_grid'))('$id', ({ params, delta, significance, ...figures }) => {
  const grid = (count: number, mean: number) =>
    Float64Array.from({ length: count }, (_, i) => normalQuantile((i + 0.5) / count) + mean);
  const scores = { included: grid(params.n_in!, params.mu!), excluded: grid(params.n_out!, 0) };
  const points = operatingPoints(scores);
  const settings = { delta, significance: significance! };

  test('the curve', () => {
    expectClose(areaUnderCurve(points), figures.auroc);
    expectClose(truePositiveRateAt(points, 0.01), figures.tpr_at_fpr_01);
    expectClose(truePositiveRateAt(points, 0.1), figures.tpr_at_fpr_1);
    expectClose(rawEpsilonEstimate(points, delta, Math.min(50, params.n_out! / 10)), figures.epsilon_raw_counts_min50);
  });

  test('error rates', () => {
    expectClose(auditErrorRates(scores, settings), figures.epsilon_clopper_pearson_bonferroni);
    const fixed = auditErrorRates(scores, { ...settings, threshold: normalQuantile(0.99) });
    expectClose(fixed, figures.epsilon_clopper_pearson_fixed_threshold_at_1pct);
  });

  test('one run', () => {
    expectClose(auditOneRun(scores, settings), figures.epsilon_one_run_all_thresholds);
  });

  test('one run, f-DP', () => {
    expectClose(auditOneRunFdp(scores, settings), figures.epsilon_one_run_fdp);
  });

  test('Gaussian', () => {
    expectClose(auditGaussian(scores, settings), figures.epsilon_from_gdp);
    expectClose(epsilonOfGaussian(params.mu!, delta), figures.true_epsilon_of_mu_gdp);
  });
});
