/** A number as a fraction of integers, denominator > 0: every finite double is one, exactly. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Integers around a real number that is scaled by a power of two: `low <= value <= high`. */
export interface Bounds {
  readonly low: bigint;
  readonly high: bigint;
}

/** The value of a finite double, exactly. */
export function rationalOf(value: number): Rational {
  let numerator = value;
  let denominator = 1n;
  while (!Number.isInteger(numerator)) {
    numerator *= 2;
    denominator *= 2n;
  }
  return { numerator: BigInt(numerator), denominator };
}

/**
 * Bounds on 2^bits e^(-numerator / denominator), a few units apart: interval arithmetic on integers. The Taylor series of
 * e^y at a y below 1/2 has positive terms only, so rounding each operation down gives a lower bound and rounding each up
 * an upper one; squaring again and again gives e^(numerator / denominator), and a division its inverse.
 */
export function expBounds({ numerator, denominator }: Rational, bits: number): Bounds {
  // e^-r < 2^-bits where r > bits.
  if (numerator > BigInt(bits) * denominator) return { low: 0n, high: 1n };
  const halvings = BigInt((numerator / denominator).toString(2).length + 1);
  // Each squaring doubles the relative error, and the series starts with less than 2^8 units of it.
  const precision = BigInt(bits) + halvings + 8n;
  const scaled = (numerator << (precision - halvings)) / denominator;
  let low = powerSeries(scaled, precision, 0n);
  let high = powerSeries(scaled + 1n, precision, 1n);
  for (let k = 0n; k < halvings; k++) {
    low = (low * low) >> precision;
    high = ((high * high) >> precision) + 1n;
  }
  const one = 1n << (precision + BigInt(bits));
  return { low: one / high, high: one / low + 1n };
}

/** Of e^y at y = scaled / 2^precision <= 1/2: below it with `up` 0, above it with `up` 1, which each operation adds. */
function powerSeries(scaled: bigint, precision: bigint, up: bigint): bigint {
  let term = 1n << precision;
  let sum = 0n;
  // Rounded up, terms halve until they stay at 2; what then is left out of the sum is no larger.
  for (let k = 1n; term > 2n * up; k++) {
    sum += term;
    term = (((term * scaled) >> precision) + up) / k + up;
  }
  return sum + 2n * term;
}
