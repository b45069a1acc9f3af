import { describe, expect, test } from 'vitest';
import { rdpEpsilon, renyiCurve } from '../../../../shared/privacy/accountants/rdp/rdp.ts';
import type { Mechanism } from '../../../../shared/privacy/mechanism.ts';
import { integerL1Norm, roundedL2Norm } from '../../../../shared/privacy/rounding.ts';
import { casesOf, gaussian, poisson, type ReferenceCase, reference, relativeError, repeated } from './reference.ts';

/** Figures below it are what is left of the reference's own rounding: log(1 + 10^-10) in doubles. */
const REFERENCE_ROUNDING = 3e-14;

describe('the figures of dp_accounting and of quadrature', () => {
  test.each(casesOf('poisson_gaussian_rdp'))('$id', reference => {
    const { params, delta, epsilon, epsilon_quadrature, rdp_single_step } = reference;
    const step = poisson(params.sampling_rate!, gaussian(params.noise_multiplier!));
    const curve = renyiCurve(step, 'add-remove');
    for (const [order, divergence] of Object.entries(rdp_single_step ?? {})) {
      expect(Math.abs(curve(Number(order)) - divergence)).toBeLessThan(1e-6 * divergence + REFERENCE_ROUNDING);
    }
    const ours = rdpEpsilon(repeated(step, params.steps), delta, 'add-remove');
    expect(relativeError(ours, epsilon_quadrature)).toBeLessThan(1e-9);
    expect(ours).toBeLessThan(epsilon * (1 + 1e-9));
  });

  test.each(casesOf('gaussian_composition'))('$id', ({ params, delta, epsilon_rdp }) => {
    const mechanism = repeated(gaussian(params.noise_multiplier!), params.steps);
    expect(relativeError(rdpEpsilon(mechanism, delta, 'zero-out'), epsilon_rdp)).toBeLessThan(1e-12);
  });

  test.each(casesOf('tree_restart_rdp', 'tree_single_zcdp'))('$id', ({ rho_zcdp, delta, epsilon_rdp }) => {
    const ofRho = gaussian(1 / Math.sqrt(2 * rho_zcdp));
    expect(relativeError(rdpEpsilon(ofRho, delta, 'zero-out'), epsilon_rdp)).toBeLessThan(1e-12);
  });

  test.each(casesOf('wor_gaussian_rdp'))('$id', ({ params, delta, epsilon }) => {
    // The library's multiplier is over the sensitivity under replace-one, twice the bound of a contribution.
    const noise = gaussian(2 * params.noise_multiplier!);
    const step = {
      type: 'sampled-without-replacement',
      population: params.dataset_size!,
      cohort: params.sample_size!,
      mechanism: noise,
    } as const;
    const ours = rdpEpsilon(repeated(step, params.steps), delta, 'replace-one');
    const unsampled = rdpEpsilon(repeated(noise, params.steps), delta, 'replace-one');
    // The library does not take the smaller one.
    expect(relativeError(ours, Math.min(epsilon, unsampled))).toBeLessThan(1e-9);
  });

  test.each(casesOf('laplace'))('$id', ({ params, delta, epsilon_rdp }) => {
    const step = { type: 'laplace', noiseMultiplier: params.scale_over_l1_sensitivity! } as const;
    expect(relativeError(rdpEpsilon(repeated(step, params.steps), delta, 'zero-out'), epsilon_rdp)).toBeLessThan(1e-12);
  });

  test.each(casesOf('discrete_gaussian'))('$id', ({ params, delta, epsilon_rdp }) => {
    const { sigma, sensitivity, steps } = params;
    const step = { type: 'discrete-gaussian', sigma: sigma!, sensitivity: sensitivity!, dimension: 1 } as const;
    expect(relativeError(rdpEpsilon(repeated(step, steps), delta, 'zero-out'), epsilon_rdp)).toBeLessThan(1e-12);
  });

  test.each(casesOf('discrete_laplace'))('$id, tighter by loss distributions', ({ params, delta, epsilon }) => {
    const { noise_parameter, sensitivity, steps } = params;
    const step = { type: 'discrete-laplace', noiseParameter: noise_parameter!, sensitivity: sensitivity! } as const;
    const ours = rdpEpsilon(repeated(step, steps), delta, 'zero-out');
    expect(ours).toBeGreaterThan(epsilon);
    expect(ours).toBeLessThan(epsilon * 1.06);
  });

  test.each(casesOf('randomized_response_rdp'))('$id', ({ params, delta, epsilon }) => {
    const { noise_parameter, num_buckets, steps } = params;
    const step = { type: 'randomized-response', noiseParameter: noise_parameter!, buckets: num_buckets! } as const;
    expect(relativeError(rdpEpsilon(repeated(step, steps), delta, 'replace-one'), epsilon)).toBeLessThan(1e-12);
  });

  const distributed = ({ params, delta, epsilon, rounded_l2 }: ReferenceCase, gridPerUnit: number, noise: NoiseOf) => {
    const clip = params.l2_clip! * gridPerUnit;
    const l2Sensitivity = roundedL2Norm(clip, params.dim!, params.beta!);
    expect(relativeError(l2Sensitivity / gridPerUnit, rounded_l2)).toBeLessThan(1e-12);
    const mechanism = noise({ l2Sensitivity, l1Sensitivity: integerL1Norm(l2Sensitivity, params.dim!) });
    const ours = rdpEpsilon(repeated(poisson(params.sampling_rate!, mechanism), params.steps), delta, 'zero-out');
    expect(relativeError(ours, epsilon)).toBeLessThan(1e-9);
  };
  type NoiseOf = (norms: { l1Sensitivity: number; l2Sensitivity: number }) => Mechanism;

  test.each(casesOf('distributed_discrete_gaussian_rdp'))('$id', reference => {
    const { granularity_gamma, local_stddev, num_clients, dim } = reference.params;
    distributed(reference, 1 / granularity_gamma!, norms => ({
      type: 'distributed-discrete-gaussian',
      clientSigma: local_stddev! / granularity_gamma!,
      clients: num_clients!,
      dimension: dim!,
      ...norms,
    }));
  });

  test.each(casesOf('distributed_skellam_rdp'))('$id', reference => {
    const { scale, central_stddev } = reference.params;
    distributed(reference, scale!, norms => ({ type: 'skellam', variance: (central_stddev! * scale!) ** 2, ...norms }));
  });
});

describe('published figures', () => {
  /** Abadi et al. 2016, theorem 2: what was used before Canonne, Kamath and Steinke; larger. */
  const before2020 = (mechanism: Mechanism, delta: number, orders: readonly number[]): number => {
    const curve = renyiCurve(mechanism, 'add-remove');
    return Math.min(...orders.map(order => curve(order) - Math.log(delta) / (order - 1)));
  };
  const moments = Array.from({ length: 32 }, (_, k) => k + 2);
  const tutorial = [
    ...Array.from({ length: 99 }, (_, k) => 1 + (k + 1) / 10),
    ...Array.from({ length: 52 }, (_, k) => 12 + k),
  ];
  const anchors = reference.anchors.map(anchor => ({
    ...anchor,
    name: `${anchor.source}: ${JSON.stringify(anchor.params)}`,
    rate: anchor.params.sampling_rate ?? anchor.params.expected_cohort! / anchor.params.population!,
  }));

  test.each(anchors.filter(({ method }) => method.startsWith('moments')))('$name', anchor => {
    const { params, rate, delta, published } = anchor;
    const step = poisson(rate, gaussian(params.noise_multiplier!));
    const ours = [params.steps].flat().map(steps => before2020(repeated(step, steps), delta, moments));
    const digits = Array.isArray(published) ? 2 : 3;
    expect(ours.map(epsilon => Number(epsilon.toFixed(digits)))).toEqual([published].flat());
    if (anchor.modern_rdp !== undefined) {
      const modern = rdpEpsilon(repeated(step, [params.steps].flat()[0]), delta, 'add-remove');
      expect(relativeError(modern, anchor.modern_rdp)).toBeLessThan(1e-2);
    }
  });

  test.each(anchors.filter(({ method }) => method.startsWith('RDP, orders')))('$name', anchor => {
    const mechanism = repeated(
      poisson(anchor.rate, gaussian(anchor.params.noise_multiplier!)),
      Number(anchor.params.steps),
    );
    expect(Math.abs(before2020(mechanism, anchor.delta, tutorial) - Number(anchor.published))).toBeLessThan(0.0051);
    const modern = rdpEpsilon(mechanism, anchor.delta, 'add-remove');
    expect(modern).toBeLessThanOrEqual(anchor.modern_rdp! * (1 + 1e-9));
    expect(relativeError(modern, anchor.modern_rdp!)).toBeLessThan(1e-2);
  });

  test.each(anchors.filter(({ method }) => method.startsWith('RDP default')))('$name', anchor => {
    const mechanism = repeated(
      poisson(anchor.rate, gaussian(anchor.params.noise_multiplier!)),
      Number(anchor.params.steps),
    );
    expect(relativeError(rdpEpsilon(mechanism, anchor.delta, 'add-remove'), Number(anchor.published))).toBeLessThan(
      1e-3,
    );
  });

  test('DP-FTRL: zCDP of 0.81 is epsilon 8.92 at 1e-10 (tree_aggregation_accountant_test), Gboard Spanish 8.90', () => {
    expect(rdpEpsilon(gaussian(1 / Math.sqrt(2 * 0.81)), 1e-10, 'zero-out')).toBeCloseTo(8.922258, 6);
    expect(rdpEpsilon(gaussian(7 / Math.sqrt(79)), 1e-10, 'zero-out')).toBeCloseTo(8.898605, 6);
  });

  test.each([
    [1.13, 19.73554606175825],
    [8.83, 2.044936236671582],
  ])('DP-FTRL on StackOverflow: a tree of 11 levels, noise %d', (noise, published) => {
    const orders = Array.from({ length: 100_000 }, (_, k) => 1 + 1e-2 * 1.0001 ** (k + 1));
    expect(before2020(repeated(gaussian(noise), 11), 1e-6, orders)).toBeCloseTo(published, 6);
  });
});
