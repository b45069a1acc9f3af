/** See ../twin/exp.ts. */
export function exp4(x: v128): v128 {
  const bounded = f32x4.max(x, f32x4.splat(-87));
  const shift = f32x4.splat(12582912);
  const shifted = f32x4.add(f32x4.mul(bounded, f32x4.splat(<f32>Math.LOG2E)), shift);
  const n = f32x4.sub(shifted, shift);
  const high = f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(0.693359375)));
  const r = f32x4.add(high, f32x4.mul(n, f32x4.splat(2.1219444005469057e-4)));
  let sum = f32x4.splat(1.0 / 5040);
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 720));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 120));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 24));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 6));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(0.5));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1));
  return f32x4.mul(sum, i32x4.shl(i32x4.add(shifted, i32x4.splat(127)), 23));
}
