/** See PairKernels in ../twin/pairs.ts. */
export function writePairs(
  items: usize,
  positions: usize,
  count: i32,
  order: i32,
  closeness: usize,
  gap: i32,
  rows: usize,
  values: usize,
): void {
  const end = items + ((<usize>count) << 2);
  const others = positions - items;
  for (let n = items; n < end; n += 4) {
    const a = load<i32>(n);
    const start = a * order - ((a * (a + 1)) >> 1);
    const starts = i32x4.splat(start);
    const position = load<i32>(n + others);
    let m = n + ((<usize>gap) << 2);
    for (; m + 16 <= end; m += 16, rows += 16, values += 16) {
      v128.store(rows, i32x4.add(starts, v128.load(m)));
      const distances = i32x4.abs(i32x4.sub(v128.load(m + others), i32x4.splat(position)));
      store<i32>(values, load<i32>(closeness + ((<usize>i32x4.extract_lane(distances, 0)) << 2)));
      store<i32>(values, load<i32>(closeness + ((<usize>i32x4.extract_lane(distances, 1)) << 2)), 4);
      store<i32>(values, load<i32>(closeness + ((<usize>i32x4.extract_lane(distances, 2)) << 2)), 8);
      store<i32>(values, load<i32>(closeness + ((<usize>i32x4.extract_lane(distances, 3)) << 2)), 12);
    }
    for (; m < end; m += 4, rows += 4, values += 4) {
      store<i32>(rows, start + load<i32>(m));
      const distance = abs(load<i32>(m + others) - position);
      store<f32>(values, load<f32>(closeness + ((<usize>distance) << 2)));
    }
  }
}
