/** See GramKernels in ../twin/gram.ts. */
const BLOCK: i32 = 64;

/** Of the rows of a block: where each begins, and eight of its columns times its weight. */
const starts = memory.data(64 * 4, 16);
const panel = memory.data(64 * 32, 16);

export function weightedGram(table: usize, stride: i32, rows: usize, count: i32, weights: usize, matrix: usize): void {
  const rowBytes = (<usize>stride) << 2;
  const toBytes = (<usize>stride) << 3;
  for (let start = 0; start < count; start += BLOCK) {
    const end = starts + ((<usize>min(BLOCK, count - start)) << 2);
    for (let at = starts; at < end; at += 4, rows += 4) {
      store<u32>(at, <u32>(table + <usize>load<i32>(rows) * rowBytes));
    }
    for (let j = 0; j < stride; j += 8) {
      fillPanel(j, j + 4 < stride, weights, end);
      let to = matrix + <usize>j * (toBytes + 8);
      addTile4x4(j, end, to, toBytes);
      for (let i = j + 4; i < stride; i += 4) {
        to += toBytes << 2;
        addTile4x8(i, end, to, toBytes);
      }
    }
    weights += BLOCK << 2;
  }
}

export function weightedRowSum(
  table: usize,
  stride: i32,
  rows: usize,
  count: i32,
  weights: usize,
  vector: usize,
): void {
  const rowBytes = (<usize>stride) << 2;
  for (let r = 0; r < count; r++, rows += 4, weights += 4) {
    let x = table + <usize>load<i32>(rows) * rowBytes;
    const weight = f64x2.splat(<f64>load<f32>(weights));
    const end = x + rowBytes;
    for (let to = vector; x < end; x += 16, to += 32) {
      const four = v128.load(x);
      const low = f64x2.promote_low_f32x4(four);
      const high = f64x2.promote_low_f32x4(i64x2.shuffle(four, four, 1, 0));
      v128.store(to, f64x2.add(v128.load(to), f64x2.mul(weight, low)));
      v128.store(to, f64x2.add(v128.load(to, 16), f64x2.mul(weight, high)), 16);
    }
  }
}

export function gatherColumns(table: usize, stride: i32, rows: usize, count: i32, columns: usize, length: i32): void {
  const rowBytes = (<usize>stride) << 2;
  const lengthBytes = (<usize>length) << 2;
  for (let r = 0; r < length; r++, rows += 4, columns += 4) {
    let to = columns;
    if (r < count) {
      let x = table + <usize>load<i32>(rows) * rowBytes;
      for (const end = x + rowBytes; x < end; x += 4, to += lengthBytes) store<f32>(to, load<f32>(x));
    } else {
      for (let k = 0; k < stride; k++, to += lengthBytes) store<f32>(to, 0);
    }
  }
}

export function placeKnown(
  rows: usize,
  count: i32,
  others: usize,
  known: usize,
  width: i32,
  places: usize,
  matrix: usize,
  stride: i32,
): void {
  for (let n = 0; n < count; n++, rows += 4) {
    let at = (<usize>(load<i32>(rows) * width)) << 2;
    for (const end = at + ((<usize>width) << 2); at < end; at += 4) {
      const m = load<i32>(places + ((<usize>load<i32>(others + at)) << 2), 4);
      // Written in any case, if need be where nothing is read: a branch would be mispredicted too often.
      const to = select<i32>(stride - 1, max(n, m) * stride + min(n, m), m < 0);
      store<f64>(matrix + ((<usize>to) << 3), <f64>load<f32>(known + at));
    }
  }
}

/** Columns j to j + 7, or to j + 3. */
function fillPanel(j: i32, wide: bool, weights: usize, end: usize): void {
  const left = (<usize>j) << 2;
  for (let at = starts, y = panel; at < end; at += 4, y += 32, weights += 4) {
    const x = <usize>load<u32>(at) + left;
    const weight = v128.load32_splat(weights);
    v128.store(y, f32x4.mul(weight, v128.load(x)));
    if (wide) v128.store(y, f32x4.mul(weight, v128.load(x, 16)), 16);
  }
}

/** Rows i to i + 3 of the matrix, and the columns of the panel: eight running sums, which stay in registers. */
function addTile4x8(i: i32, end: usize, to: usize, toBytes: usize): void {
  const left = (<usize>i) << 2;
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  let c0 = a0;
  let c1 = a0;
  let d0 = a0;
  let d1 = a0;
  for (let at = starts, y = panel; at < end; at += 4, y += 32) {
    const row = <usize>load<u32>(at) + left;
    const y0 = v128.load(y);
    const y1 = v128.load(y, 16);
    let x = v128.load32_splat(row);
    a0 = f32x4.add(a0, f32x4.mul(x, y0));
    a1 = f32x4.add(a1, f32x4.mul(x, y1));
    x = v128.load32_splat(row, 4);
    b0 = f32x4.add(b0, f32x4.mul(x, y0));
    b1 = f32x4.add(b1, f32x4.mul(x, y1));
    x = v128.load32_splat(row, 8);
    c0 = f32x4.add(c0, f32x4.mul(x, y0));
    c1 = f32x4.add(c1, f32x4.mul(x, y1));
    x = v128.load32_splat(row, 12);
    d0 = f32x4.add(d0, f32x4.mul(x, y0));
    d1 = f32x4.add(d1, f32x4.mul(x, y1));
  }
  addFour(to, a0);
  addFour(to + 32, a1);
  to += toBytes;
  addFour(to, b0);
  addFour(to + 32, b1);
  to += toBytes;
  addFour(to, c0);
  addFour(to + 32, c1);
  to += toBytes;
  addFour(to, d0);
  addFour(to + 32, d1);
}

/** The same for the first four columns of the panel. */
function addTile4x4(i: i32, end: usize, to: usize, toBytes: usize): void {
  const left = (<usize>i) << 2;
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (let at = starts, y = panel; at < end; at += 4, y += 32) {
    const row = <usize>load<u32>(at) + left;
    const y0 = v128.load(y);
    a = f32x4.add(a, f32x4.mul(v128.load32_splat(row), y0));
    b = f32x4.add(b, f32x4.mul(v128.load32_splat(row, 4), y0));
    c = f32x4.add(c, f32x4.mul(v128.load32_splat(row, 8), y0));
    d = f32x4.add(d, f32x4.mul(v128.load32_splat(row, 12), y0));
  }
  addFour(to, a);
  addFour(to + toBytes, b);
  addFour(to + 2 * toBytes, c);
  addFour(to + 3 * toBytes, d);
}

/** Four doubles += four floats. */
function addFour(to: usize, four: v128): void {
  const low = f64x2.promote_low_f32x4(four);
  const high = f64x2.promote_low_f32x4(i64x2.shuffle(four, four, 1, 0));
  v128.store(to, f64x2.add(v128.load(to), low));
  v128.store(to, f64x2.add(v128.load(to, 16), high), 16);
}
