/** See TallKernels in ../twin/tall.ts. */
const BLOCK: i32 = 64;

export function tallInnerProduct(a: usize, b: usize, rows: i32, columns: i32, product: usize): void {
  const rowBytes = (<usize>columns) << 3;
  for (let start = 0; start < rows; start += BLOCK) {
    const at = <usize>start * rowBytes;
    const size = min(BLOCK, rows - start);
    for (let i: usize = 0; i < rowBytes; i += 32) {
      for (let j: usize = 0; j < rowBytes; j += 32) {
        addInnerTile(a + at + i, b + at + j, size, rowBytes, product + (i >> 3) * rowBytes + j);
      }
    }
  }
}

export function tallTimesSquare(a: usize, square: usize, rows: i32, columns: i32, product: usize): void {
  const rowBytes = (<usize>columns) << 3;
  let row = 0;
  for (; row + 3 < rows; row += 4, a += 4 * rowBytes, product += 4 * rowBytes) {
    for (let j: usize = 0; j < rowBytes; j += 32) multiplyTile(a, square + j, rowBytes, product + j);
  }
  for (; row < rows; row++, a += rowBytes, product += rowBytes) {
    for (let j: usize = 0; j < rowBytes; j += 16) multiplyPair(a, square + j, rowBytes, product + j);
  }
}

/** Four columns of A, that at `a` and those after it, with four of B. */
function addInnerTile(a: usize, b: usize, rows: i32, rowBytes: usize, to: usize): void {
  let a0 = f64x2.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  let c0 = a0;
  let c1 = a0;
  let d0 = a0;
  let d1 = a0;
  for (const end = a + <usize>rows * rowBytes; a < end; a += rowBytes, b += rowBytes) {
    const y0 = v128.load(b);
    const y1 = v128.load(b, 16);
    let x = v128.load64_splat(a);
    a0 = f64x2.add(a0, f64x2.mul(x, y0));
    a1 = f64x2.add(a1, f64x2.mul(x, y1));
    x = v128.load64_splat(a, 8);
    b0 = f64x2.add(b0, f64x2.mul(x, y0));
    b1 = f64x2.add(b1, f64x2.mul(x, y1));
    x = v128.load64_splat(a, 16);
    c0 = f64x2.add(c0, f64x2.mul(x, y0));
    c1 = f64x2.add(c1, f64x2.mul(x, y1));
    x = v128.load64_splat(a, 24);
    d0 = f64x2.add(d0, f64x2.mul(x, y0));
    d1 = f64x2.add(d1, f64x2.mul(x, y1));
  }
  addFour(to, a0, a1);
  addFour(to + rowBytes, b0, b1);
  addFour(to + 2 * rowBytes, c0, c1);
  addFour(to + 3 * rowBytes, d0, d1);
}

function addFour(to: usize, low: v128, high: v128): void {
  v128.store(to, f64x2.add(v128.load(to), low));
  v128.store(to, f64x2.add(v128.load(to, 16), high), 16);
}

/** Four rows of A, that at `a` and those after it, with the four columns of R that begin at `square`. */
function multiplyTile(a: usize, square: usize, rowBytes: usize, to: usize): void {
  const b = a + rowBytes;
  const c = b + rowBytes;
  const d = c + rowBytes;
  let a0 = f64x2.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  let c0 = a0;
  let c1 = a0;
  let d0 = a0;
  let d1 = a0;
  for (let k: usize = 0; k < rowBytes; k += 8, square += rowBytes) {
    const y0 = v128.load(square);
    const y1 = v128.load(square, 16);
    let x = v128.load64_splat(a + k);
    a0 = f64x2.add(a0, f64x2.mul(x, y0));
    a1 = f64x2.add(a1, f64x2.mul(x, y1));
    x = v128.load64_splat(b + k);
    b0 = f64x2.add(b0, f64x2.mul(x, y0));
    b1 = f64x2.add(b1, f64x2.mul(x, y1));
    x = v128.load64_splat(c + k);
    c0 = f64x2.add(c0, f64x2.mul(x, y0));
    c1 = f64x2.add(c1, f64x2.mul(x, y1));
    x = v128.load64_splat(d + k);
    d0 = f64x2.add(d0, f64x2.mul(x, y0));
    d1 = f64x2.add(d1, f64x2.mul(x, y1));
  }
  v128.store(to, a0);
  v128.store(to, a1, 16);
  v128.store(to + rowBytes, b0);
  v128.store(to + rowBytes, b1, 16);
  v128.store(to + 2 * rowBytes, c0);
  v128.store(to + 2 * rowBytes, c1, 16);
  v128.store(to + 3 * rowBytes, d0);
  v128.store(to + 3 * rowBytes, d1, 16);
}

/** One row of A with two columns of R. */
function multiplyPair(a: usize, square: usize, rowBytes: usize, to: usize): void {
  let sums = f64x2.splat(0);
  for (const end = a + rowBytes; a < end; a += 8, square += rowBytes) {
    sums = f64x2.add(sums, f64x2.mul(v128.load64_splat(a), v128.load(square)));
  }
  v128.store(to, sums);
}
