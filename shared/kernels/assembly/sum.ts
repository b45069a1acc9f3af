/** See SumKernels in ../twin/sum.ts. */
export function squaredNorm(values: usize, length: i32, partials: usize): void {
  let ab = v128.load(partials);
  let cd = v128.load(partials, 16);
  const blocks = length & ~3;
  const end = values + ((<usize>blocks) << 2);
  for (; values < end; values += 16) {
    const four = v128.load(values);
    const low = f64x2.promote_low_f32x4(four);
    const high = f64x2.promote_low_f32x4(i64x2.shuffle(four, four, 1, 0));
    ab = f64x2.add(ab, f64x2.mul(low, low));
    cd = f64x2.add(cd, f64x2.mul(high, high));
  }
  v128.store(partials, ab);
  v128.store(partials, cd, 16);
  for (let k = blocks; k < length; k++, values += 4) {
    const value = <f64>load<f32>(values);
    store<f64>(partials, load<f64>(partials) + value * value);
  }
}

export function addScaledRows(totals: usize, width: i32, rows: usize, count: i32, values: usize, scale: f64): void {
  if (width === 1) addScaled(totals, rows, count, values, scale);
  else addScaledWide(totals, width, rows, count, values, scale);
}

/** Single numbers: scaled two at a time, added one by one. */
function addScaled(totals: usize, rows: usize, count: i32, values: usize, scale: f64): void {
  const scales = f64x2.splat(scale);
  const pairs = count & ~1;
  for (let r = 0; r < pairs; r += 2, rows += 8, values += 8) {
    const scaled = f64x2.trunc(f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(values)), scales));
    const first = totals + ((<usize>load<i32>(rows)) << 3);
    const second = totals + ((<usize>load<i32>(rows, 4)) << 3);
    store<f64>(first, load<f64>(first) + f64x2.extract_lane(scaled, 0));
    store<f64>(second, load<f64>(second) + f64x2.extract_lane(scaled, 1));
  }
  if (pairs < count) {
    const at = totals + ((<usize>load<i32>(rows)) << 3);
    store<f64>(at, load<f64>(at) + trunc(<f64>load<f32>(values) * scale));
  }
}

function addScaledWide(totals: usize, width: i32, rows: usize, count: i32, values: usize, scale: f64): void {
  const scales = f64x2.splat(scale);
  const fours = (<usize>(width & ~3)) << 3;
  for (let r = 0; r < count; r++, rows += 4) {
    let to = totals + ((<usize>(load<i32>(rows) * width)) << 3);
    const end = to + fours;
    for (; to < end; to += 32, values += 16) {
      const four = v128.load(values);
      const low = f64x2.mul(f64x2.promote_low_f32x4(four), scales);
      const high = f64x2.mul(f64x2.promote_low_f32x4(i64x2.shuffle(four, four, 1, 0)), scales);
      v128.store(to, f64x2.add(v128.load(to), f64x2.trunc(low)));
      v128.store(to, f64x2.add(v128.load(to, 16), f64x2.trunc(high)), 16);
    }
    for (let k = width & ~3; k < width; k++, to += 8, values += 4) {
      store<f64>(to, load<f64>(to) + trunc(<f64>load<f32>(values) * scale));
    }
  }
}
