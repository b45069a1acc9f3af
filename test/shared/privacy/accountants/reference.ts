import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Gaussian, Mechanism } from '../../../../shared/privacy/mechanism.ts';

/** One figure of another library: its parameters and results by the names that it gives them. */
export interface ReferenceCase {
  readonly kind: string;
  readonly id: string;
  readonly params: Readonly<Record<string, number>>;
  readonly delta: number;
  readonly epsilon: number;
  readonly epsilon_rdp: number;
  readonly epsilon_quadrature: number;
  readonly epsilon_exact_replace_one: number;
  readonly rho_zcdp: number;
  readonly rounded_l2: number;
  readonly value_noise_multiplier_for_sum: number;
  readonly rdp_single_step?: Readonly<Record<string, number>>;
}

export interface InverseCase {
  readonly kind: string;
  readonly id: string;
  readonly params: Readonly<Record<string, number>>;
  readonly delta: number;
  readonly target_epsilon: number;
  readonly noise_multiplier: number;
  readonly noise_multiplier_replace_one: number;
  readonly noise_multiplier_rdp: number;
  readonly noise_multiplier_pld: number;
}

export interface Anchor {
  readonly source: string;
  readonly published: number | number[];
  readonly params: Readonly<Record<string, number>> & { readonly steps: number | number[] };
  readonly delta: number;
  readonly method: string;
  readonly reproduced: number | number[];
  readonly modern_rdp?: number;
  readonly modern_exact?: number;
}

interface Reference {
  readonly cases: readonly ReferenceCase[];
  readonly inverse: readonly InverseCase[];
  readonly anchors: readonly Anchor[];
}

/** A selection of the reference figures; or all of them, where LARDER_REFERENCE names the folder of dp_cases.json. */
export const reference: Reference = JSON.parse(
  readFileSync(
    process.env.LARDER_REFERENCE === undefined
      ? path.resolve(import.meta.dirname, '../../../fixtures/privacy/accountants.json')
      : path.join(process.env.LARDER_REFERENCE, 'dp_cases.json'),
    'utf8',
  ),
);

export function casesOf(...kinds: readonly string[]): readonly ReferenceCase[] {
  return reference.cases.filter(({ kind }) => kinds.includes(kind));
}

export function gaussian(noiseMultiplier: number): Gaussian {
  return { type: 'gaussian', noiseMultiplier };
}

export function repeated(mechanism: Mechanism, count: number | undefined): Mechanism {
  return { type: 'repeated', mechanism, count: count! };
}

export function poisson(samplingRate: number, mechanism: Mechanism): Mechanism {
  return { type: 'poisson-sampled', samplingRate, mechanism };
}

/** |a / b - 1|. */
export function relativeError(a: number, b: number): number {
  return Math.abs(a / b - 1);
}

/** The integral by trapezoids, which for analytic integrands that vanish at both ends converge exponentially. */
export function integral(f: (x: number) => number, from: number, to: number, steps: number): number {
  const step = (to - from) / steps;
  let sum = (f(from) + f(to)) / 2;
  for (let k = 1; k < steps; k++) sum += f(from + k * step);
  return sum * step;
}

/** The density of a normal distribution. */
export function normal(x: number, mean: number, deviation: number): number {
  return Math.exp(-(((x - mean) / deviation) ** 2) / 2) / (deviation * Math.sqrt(2 * Math.PI));
}
