/** See ProductKernels in ../twin/product.ts. Bytes of four rows of a block, and of the block. */
const TILE: usize = 64 << 5;
const BLOCK: usize = TILE << 4;

export function addProduct(target: usize, left: usize, right: usize, sign: f64): void {
  const leftEnd = left + BLOCK;
  const rightEnd = right + BLOCK;
  for (; left < leftEnd; left += TILE) {
    for (let tile = right; tile < rightEnd; tile += TILE, target += 128) addTile(target, left, tile, sign);
  }
}

/** 4 x 4 sums in eight registers, a pair for each of the right factor's rows. */
function addTile(to: usize, a: usize, b: usize, sign: f64): void {
  let s00 = f64x2.splat(0);
  let s01 = f64x2.splat(0);
  let s10 = f64x2.splat(0);
  let s11 = f64x2.splat(0);
  let s20 = f64x2.splat(0);
  let s21 = f64x2.splat(0);
  let s30 = f64x2.splat(0);
  let s31 = f64x2.splat(0);
  for (const end = a + TILE; a < end; a += 32, b += 32) {
    const a0 = v128.load(a);
    const a1 = v128.load(a, 16);
    const b0 = v128.load64_splat(b);
    s00 = f64x2.add(s00, f64x2.mul(a0, b0));
    s01 = f64x2.add(s01, f64x2.mul(a1, b0));
    const b1 = v128.load64_splat(b, 8);
    s10 = f64x2.add(s10, f64x2.mul(a0, b1));
    s11 = f64x2.add(s11, f64x2.mul(a1, b1));
    const b2 = v128.load64_splat(b, 16);
    s20 = f64x2.add(s20, f64x2.mul(a0, b2));
    s21 = f64x2.add(s21, f64x2.mul(a1, b2));
    const b3 = v128.load64_splat(b, 24);
    s30 = f64x2.add(s30, f64x2.mul(a0, b3));
    s31 = f64x2.add(s31, f64x2.mul(a1, b3));
  }
  addColumn(to, s00, s01, sign);
  addColumn(to + 32, s10, s11, sign);
  addColumn(to + 64, s20, s21, sign);
  addColumn(to + 96, s30, s31, sign);
}

function addColumn(to: usize, low: v128, high: v128, sign: f64): void {
  const signs = f64x2.splat(sign);
  v128.store(to, f64x2.add(v128.load(to), f64x2.mul(signs, low)));
  v128.store(to, f64x2.add(v128.load(to, 16), f64x2.mul(signs, high)), 16);
}

export function solveRows(block: usize, lower: usize): void {
  // Two tiles at a time, so that subtractions need not wait for each other.
  for (const end = block + BLOCK; block < end; block += 2 * TILE) {
    let at = block;
    for (let l = lower; at < block + TILE; at += 32, l += 512) {
      let x0 = v128.load(at);
      let x1 = v128.load(at, 16);
      let x2 = v128.load(at + TILE);
      let x3 = v128.load(at + TILE, 16);
      let k = l;
      for (let y = block; y < at; y += 32, k += 8) {
        const coefficient = v128.load64_splat(k);
        x0 = f64x2.sub(x0, f64x2.mul(coefficient, v128.load(y)));
        x1 = f64x2.sub(x1, f64x2.mul(coefficient, v128.load(y, 16)));
        x2 = f64x2.sub(x2, f64x2.mul(coefficient, v128.load(y + TILE)));
        x3 = f64x2.sub(x3, f64x2.mul(coefficient, v128.load(y + TILE, 16)));
      }
      const pivot = v128.load64_splat(k);
      v128.store(at, f64x2.div(x0, pivot));
      v128.store(at, f64x2.div(x1, pivot), 16);
      v128.store(at + TILE, f64x2.div(x2, pivot));
      v128.store(at + TILE, f64x2.div(x3, pivot), 16);
    }
  }
}

export function addWeightedRows(
  matrix: usize,
  stride: i32,
  rows: usize,
  weights: usize,
  count: i32,
  vector: usize,
): void {
  const rowBytes = (<usize>stride) << 2;
  const end = vector + rowBytes;
  let r = 0;
  for (; r + 4 <= count; r += 4, rows += 16, weights += 16) {
    let a = matrix + <usize>load<i32>(rows) * rowBytes;
    const b = matrix + <usize>load<i32>(rows, 4) * rowBytes - a;
    const c = matrix + <usize>load<i32>(rows, 8) * rowBytes - a;
    const d = matrix + <usize>load<i32>(rows, 12) * rowBytes - a;
    const wa = v128.load32_splat(weights);
    const wb = v128.load32_splat(weights, 4);
    const wc = v128.load32_splat(weights, 8);
    const wd = v128.load32_splat(weights, 12);
    for (let to = vector; to < end; to += 16, a += 16) {
      const ab = f32x4.add(f32x4.mul(wa, v128.load(a)), f32x4.mul(wb, v128.load(a + b)));
      const cd = f32x4.add(f32x4.mul(wc, v128.load(a + c)), f32x4.mul(wd, v128.load(a + d)));
      v128.store(to, f32x4.add(v128.load(to), f32x4.add(ab, cd)));
    }
  }
  for (; r < count; r++, rows += 4, weights += 4) {
    let a = matrix + <usize>load<i32>(rows) * rowBytes;
    const weight = v128.load32_splat(weights);
    for (let to = vector; to < end; to += 16, a += 16) {
      v128.store(to, f32x4.add(v128.load(to), f32x4.mul(weight, v128.load(a))));
    }
  }
}
