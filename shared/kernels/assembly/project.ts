/** See ProjectKernels in ../twin/project.ts. */
export function rowDots(table: usize, stride: i32, rows: usize, count: i32, vector: usize, dots: usize): void {
  const rowBytes = (<usize>stride) << 2;
  const last = dots + ((<usize>count) << 3);
  for (; dots < last; dots += 8, rows += 4) {
    let x = table + <usize>load<i32>(rows) * rowBytes;
    let low = f64x2.splat(0);
    let high = low;
    const end = x + rowBytes;
    for (let y = vector; x < end; x += 16, y += 32) {
      const four = v128.load(x);
      low = f64x2.add(low, f64x2.mul(f64x2.promote_low_f32x4(four), v128.load(y)));
      const upper = f64x2.promote_low_f32x4(i64x2.shuffle(four, four, 1, 0));
      high = f64x2.add(high, f64x2.mul(upper, v128.load(y, 16)));
    }
    const sum = f64x2.add(low, high);
    store<f64>(dots, f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
  }
}

export function outerRows(factors: usize, count: i32, vector: usize, width: i32, values: usize): void {
  for (let r = 0; r < count; r++, factors += 8) values = storeMultiple(values, vector, width, load<f64>(factors));
}

export function packedSquare(vector: usize, order: i32, packed: usize): void {
  for (let length = order; length > 0; length--, vector += 8) {
    packed = storeMultiple(packed, vector, length, load<f64>(vector));
  }
}

export function addSparseRows(
  offsets: usize,
  columns: usize,
  values: usize,
  rows: usize,
  count: i32,
  factors: usize,
  sums: usize,
): void {
  for (const last = rows + ((<usize>count) << 2); rows < last; rows += 4, factors += 4) {
    const factor = <f64>load<f32>(factors);
    const row = offsets + ((<usize>load<i32>(rows)) << 2);
    const end = (<usize>load<i32>(row, 4)) << 2;
    for (let at = (<usize>load<i32>(row)) << 2; at < end; at += 4) {
      const to = sums + ((<usize>load<i32>(columns + at)) << 3);
      store<f64>(to, load<f64>(to) + factor * <f64>load<f32>(values + at));
    }
  }
}

export function heldPairs(
  rows: usize,
  count: i32,
  weights: usize,
  candidates: usize,
  columns: i32,
  held: usize,
  coordinates: usize,
  values: usize,
): i32 {
  const holds = held + 4;
  const first = coordinates;
  const bytes = (<usize>count) << 2;
  for (let r: usize = 0; r < bytes; r += 4) {
    store<f32>(holds + ((<usize>load<i32>(rows + r)) << 2), load<f32>(weights + r));
  }
  for (let r: usize = 0; r < bytes; r += 4) {
    const weight = load<f32>(weights + r);
    let at = load<i32>(rows + r) * columns;
    for (const end = at + columns; at < end; at++) {
      // Written in any case, and kept if the pair is held: a branch would be mispredicted too often.
      const other = load<f32>(holds + ((<usize>load<i32>(candidates + ((<usize>at) << 2))) << 2));
      store<i32>(coordinates, at);
      store<f32>(values, weight * other);
      const kept = (<usize>(other !== 0)) << 2;
      coordinates += kept;
      values += kept;
    }
  }
  for (let r: usize = 0; r < bytes; r += 4) store<f32>(holds + ((<usize>load<i32>(rows + r)) << 2), 0);
  return <i32>((coordinates - first) >> 2);
}

/** float32 to[k] = factor * vector[k]. Gives the end of what was written. */
function storeMultiple(to: usize, vector: usize, length: i32, factor: f64): usize {
  const factors = f64x2.splat(factor);
  const fours = to + ((<usize>(length & ~3)) << 2);
  for (; to < fours; to += 16, vector += 32) {
    const low = f32x4.demote_f64x2_zero(f64x2.mul(factors, v128.load(vector)));
    const high = f32x4.demote_f64x2_zero(f64x2.mul(factors, v128.load(vector, 16)));
    v128.store(to, i64x2.shuffle(low, high, 0, 2));
  }
  const end = to + ((<usize>(length & 3)) << 2);
  for (; to < end; to += 4, vector += 8) store<f32>(to, <f32>(factor * load<f64>(vector)));
  return to;
}
