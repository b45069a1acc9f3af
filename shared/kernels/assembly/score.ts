/** See ScoreKernels in ../twin/score.ts. */
export function scoreItems(table: usize, stride: i32, biases: usize, user: usize, count: i32, scores: usize): void {
  scoreRows(table, stride, biases, 0, count, user, scores);
}

export function scoreRows(
  table: usize,
  stride: i32,
  biases: usize,
  rows: usize,
  count: i32,
  user: usize,
  scores: usize,
): void {
  const rowBytes = (<usize>stride) << 2;
  for (let r = 0; r < count; r += 4, scores += 16) {
    const i = rowAt(rows, r, count);
    const j = rowAt(rows, r + 1, count);
    const k = rowAt(rows, r + 2, count);
    const l = rowAt(rows, r + 3, count);
    const dots = fourDots(
      table + i * rowBytes,
      table + j * rowBytes,
      table + k * rowBytes,
      table + l * rowBytes,
      user,
      rowBytes,
    );
    v128.store(scores, biases ? f32x4.add(dots, gather(biases, i, j, k, l)) : dots);
  }
}

export function topK(scores: usize, count: i32, k: i32, best: usize): i32 {
  let size = 0;
  let bar: f32 = -Infinity;
  for (let index = 0; index < count; index++) {
    if (size === k) {
      const bars = f32x4.splat(bar);
      while (index + 4 <= count && !v128.any_true(f32x4.gt(v128.load(scores + ((<usize>index) << 2)), bars)))
        index += 4;
      if (index === count) break;
    }
    const score = load<f32>(scores + ((<usize>index) << 2));
    if (!(size === k ? score > bar : score >= -Infinity)) continue;
    if (size < k) size++;
    let place = best + ((<usize>(size - 1)) << 2);
    for (; place > best && score > load<f32>(scores + ((<usize>load<i32>(place - 4)) << 2)); place -= 4) {
      store<i32>(place, load<i32>(place - 4));
    }
    store<i32>(place, index);
    bar = load<f32>(scores + ((<usize>load<i32>(best + ((<usize>(size - 1)) << 2))) << 2));
  }
  return size;
}

export function countAtLeast(scores: usize, count: i32, score: f32): i32 {
  const bars = f32x4.splat(score);
  const fours = count & ~3;
  const end = scores + ((<usize>fours) << 2);
  let counts = i32x4.splat(0);
  for (; scores < end; scores += 16) counts = i32x4.sub(counts, f32x4.ge(v128.load(scores), bars));
  let atLeast = sumOf(counts);
  for (let k = fours; k < count; k++, scores += 4) if (load<f32>(scores) >= score) atLeast++;
  return atLeast;
}

/** A finite number less itself is 0, all others NaN, which equals nothing. */
export function notFinite(scores: usize, count: i32): i32 {
  const fours = count & ~3;
  const end = scores + ((<usize>fours) << 2);
  let counts = i32x4.splat(0);
  for (; scores < end; scores += 16) {
    const zeros = f32x4.sub(v128.load(scores), v128.load(scores));
    counts = i32x4.sub(counts, f32x4.ne(zeros, zeros));
  }
  let found = sumOf(counts);
  for (let k = fours; k < count; k++, scores += 4) if (!(abs<f32>(load<f32>(scores)) < Infinity)) found++;
  return found;
}

function sumOf(counts: v128): i32 {
  const left = i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1);
  return left + i32x4.extract_lane(counts, 2) + i32x4.extract_lane(counts, 3);
}

/** The r-th of `rows`, or r itself where there are none; beyond the end, the last. */
function rowAt(rows: usize, r: i32, count: i32): usize {
  const at = <usize>min(r, count - 1);
  return rows ? <usize>load<i32>(rows + (at << 2)) : at;
}

function gather(values: usize, i: usize, j: usize, k: usize, l: usize): v128 {
  let four = v128.load32_zero(values + (i << 2));
  four = v128.load32_lane(values + (j << 2), four, 1);
  four = v128.load32_lane(values + (k << 2), four, 2);
  return v128.load32_lane(values + (l << 2), four, 3);
}

/** The dot products of four vectors with one. */
function fourDots(a: usize, b: usize, c: usize, d: usize, user: usize, bytes: usize): v128 {
  let p = f32x4.splat(0);
  let q = p;
  let r = p;
  let s = p;
  for (let at: usize = 0; at < bytes; at += 16) {
    const u = v128.load(user + at);
    p = f32x4.add(p, f32x4.mul(u, v128.load(a + at)));
    q = f32x4.add(q, f32x4.mul(u, v128.load(b + at)));
    r = f32x4.add(r, f32x4.mul(u, v128.load(c + at)));
    s = f32x4.add(s, f32x4.mul(u, v128.load(d + at)));
  }
  // The sums of lanes 0 and 2, and of lanes 1 and 3, of two vectors at a time.
  const pq = f32x4.add(i32x4.shuffle(p, q, 0, 1, 4, 5), i32x4.shuffle(p, q, 2, 3, 6, 7));
  const rs = f32x4.add(i32x4.shuffle(r, s, 0, 1, 4, 5), i32x4.shuffle(r, s, 2, 3, 6, 7));
  return f32x4.add(i32x4.shuffle(pq, rs, 0, 2, 4, 6), i32x4.shuffle(pq, rs, 1, 3, 5, 7));
}
