const { fround } = Math;

/** 1.5 * 2^23: added to a small float32 it leaves the nearest integer in the low bits. */
const SHIFT = 12_582_912;
const LOG2_E = fround(Math.LOG2E);
/** ln 2 in two parts: the first has so few bits that products with |n| < 2^14 are exact. */
const LN2_HIGH = 0.693359375;
const LN2_REST = fround(LN2_HIGH - Math.LN2);
/** 1 / k! for k from 7 down to 0. The rest of the series is below 6e-9 where |r| <= ln(2) / 2. */
const COEFFICIENTS = [1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 0.5, 1, 1].map(fround);

/**
 * e^x for float32 x <= 0, in float32: within 2e-7 relatively, and e^-87 below -87. x = n ln 2 + r, and e^x = 2^n e^r with
 * Taylor's series for e^r.
 */
export function expTwin(x: number): number {
  const bounded = Math.max(x, -87);
  const shifted = fround(fround(bounded * LOG2_E) + SHIFT);
  const n = fround(shifted - SHIFT);
  const r = fround(fround(bounded - fround(n * LN2_HIGH)) + fround(n * LN2_REST));
  const series = COEFFICIENTS.reduce((sum, coefficient) => fround(fround(sum * r) + coefficient));
  return fround(series * powerOfTwo(n));
}

/** 2^n as the bits of a float32. */
function powerOfTwo(n: number): number {
  BITS.setInt32(0, (n + 127) << 23);
  return BITS.getFloat32(0);
}

const BITS = new DataView(new ArrayBuffer(4));
