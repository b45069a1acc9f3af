import { choleskySolve } from './cholesky';
import { exp4 } from './exp';

/** See MfNewtonKernels in ../twin/mf-newton.ts. */
export function bceDerivatives(
  count: i32,
  weights: usize,
  bought: i32,
  negativeWeight: f32,
  errors: usize,
  curvatures: usize,
): void {
  const one = f32x4.splat(1);
  const sign = f32x4.splat(-0.0);
  for (let r = 0; r < count; r += 4, weights += 16, errors += 16, curvatures += 16) {
    const positive = before(r, bought);
    const weight =
      r < bought
        ? v128.bitselect(v128.load(weights), f32x4.splat(negativeWeight), positive)
        : f32x4.splat(negativeWeight);
    const score = v128.load(errors);
    const small = exp4(v128.or(score, sign));
    const large = f32x4.div(one, f32x4.add(one, small));
    const other = f32x4.mul(small, large);
    const wrong = f32x4.gt(v128.xor(score, v128.and(positive, sign)), f32x4.splat(0));
    const error = f32x4.mul(weight, v128.bitselect(large, other, wrong));
    v128.store(errors, v128.xor(error, v128.andnot(sign, positive)));
    v128.store(curvatures, f32x4.mul(f32x4.mul(weight, large), other));
  }
}

export function softmaxDerivatives(
  count: i32,
  weights: usize,
  bought: i32,
  negativeWeight: f32,
  errors: usize,
  curvatures: usize,
): f64 {
  const bytes = (<usize>((count + 3) & ~3)) << 2;
  const none = f32x4.splat(0);
  let four = f32x4.splat(-Infinity);
  for (let at: usize = 0; at < bytes; at += 16) four = f32x4.max(four, v128.load(errors + at));
  four = f32x4.max(four, i32x4.shuffle(four, four, 2, 3, 0, 1));
  const largest = f32x4.max(four, i32x4.shuffle(four, four, 1, 0, 3, 2));

  let low = f64x2.splat(0);
  let high = low;
  for (let at: usize = 0, r = 0; at < bytes; at += 16, r += 4) {
    const weight = v128.bitselect(f32x4.splat(1), f32x4.splat(negativeWeight), before(r, bought));
    const share = f32x4.mul(v128.and(weight, before(r, count)), exp4(f32x4.sub(v128.load(errors + at), largest)));
    v128.store(curvatures + at, share);
    low = f64x2.add(low, f64x2.promote_low_f32x4(share));
    high = f64x2.add(high, f64x2.promote_low_f32x4(i64x2.shuffle(share, share, 1, 0)));
  }
  const pairs = f64x2.add(low, high);
  let weightSum: f64 = 0;
  for (let r = 0; r < bought; r++) weightSum += <f64>load<f32>(weights + ((<usize>r) << 2));
  const scale = f32x4.splat(<f32>(weightSum / (f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1))));

  for (let at: usize = 0, r = 0; at < bytes; at += 16, r += 4) {
    const expected = f32x4.mul(v128.load(curvatures + at), scale);
    const weight = r < bought ? v128.and(v128.load(weights + at), before(r, bought)) : none;
    v128.store(curvatures + at, expected);
    v128.store(errors + at, f32x4.sub(weight, expected));
  }
  return weightSum;
}

export function centre(matrix: usize, stride: i32, mean: usize, total: f64): void {
  for (let j = 0; j < stride; j++) {
    const share = <f64>load<f32>(mean + ((<usize>j) << 2)) / total;
    for (let k = 0; k <= j; k++, matrix += 8) {
      store<f64>(matrix, load<f64>(matrix) - share * <f64>load<f32>(mean + ((<usize>k) << 2)));
    }
    matrix += (<usize>(stride - 1 - j)) << 3;
  }
}

export function newtonStep(
  user: usize,
  dimension: i32,
  stride: i32,
  gradient: usize,
  matrix: usize,
  ridge: f64,
  longest: f64,
  step: usize,
): i32 {
  for (let k = 0; k < dimension; k++) {
    const at = (<usize>k) << 3;
    const diagonal = matrix + (<usize>stride + 1) * at;
    const pull = ridge * <f64>load<f32>(user + (at >> 1));
    store<f64>(step + at, <f64>load<f32>(gradient + (at >> 1)) - pull);
    store<f64>(diagonal, load<f64>(diagonal) + ridge);
  }
  if (!choleskySolve(matrix, dimension, stride, step)) return 0;
  let squares: f64 = 0;
  for (let k = 0; k < dimension; k++) {
    const by = load<f64>(step + ((<usize>k) << 3));
    squares += by * by;
  }
  const scale = min(1, longest / sqrt(squares));
  for (let k = 0; k < dimension; k++, user += 4, step += 8) {
    store<f32>(user, <f32>(<f64>load<f32>(user) + scale * load<f64>(step)));
  }
  return 1;
}

export function itemGradients(
  table: usize,
  stride: i32,
  rows: usize,
  count: i32,
  bought: i32,
  user: usize,
  errors: usize,
  positiveRidge: f32,
  negativeRidge: f32,
  dimension: i32,
  values: usize,
): void {
  const rowBytes = (<usize>stride) << 2;
  const width = (<usize>dimension) << 2;
  for (let r = 0; r < count; r++, rows += 4, errors += 4, values += width) {
    const x = table + <usize>load<i32>(rows) * rowBytes;
    const error = v128.load32_splat(errors);
    const ridge = f32x4.splat(r < bought ? positiveRidge : negativeRidge);
    // What is written of the padding, the next row overwrites.
    for (let at: usize = 0; at < rowBytes; at += 16) {
      const pull = f32x4.mul(error, v128.load(user + at));
      v128.store(values + at, f32x4.sub(pull, f32x4.mul(ridge, v128.load(x + at))));
    }
  }
}

/** In which of the lanes, counted from r, the row is below `end`. */
function before(r: i32, end: i32): v128 {
  return i32x4.lt_s(i32x4.add(i32x4.splat(r), i32x4(0, 1, 2, 3)), i32x4.splat(end));
}
