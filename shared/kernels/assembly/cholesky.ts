/** See CholeskyKernels in ../twin/cholesky.ts. */
export function choleskyFactor(matrix: usize, order: i32, stride: i32): i32 {
  const rowBytes = (<usize>stride) << 3;
  let largest: f64 = 0;
  for (let k = 0; k < order; k++) largest = max(largest, load<f64>(matrix + <usize>k * (rowBytes + 8)));
  const smallestPivot = <f64>order * f64.EPSILON * largest;
  for (let first = 0; first < order; first += 4) {
    const columns = min(4, order - first);
    const top = matrix + <usize>first * rowBytes;
    if (!factorDiagonalBlock(top, first, columns, rowBytes, smallestPivot)) return 0;
    if (columns < 4) break;
    let row = first + 4;
    for (; row + 1 < order; row += 2) reduceTwoRows(matrix + <usize>row * rowBytes, top, first, rowBytes);
    if (row < order) reduceRow(matrix + <usize>row * rowBytes, top, first, 4, rowBytes);
  }
  return 1;
}

export function choleskySubstitute(factor: usize, order: i32, stride: i32, vector: usize): void {
  const rowBytes = (<usize>stride) << 3;
  let row = factor;
  for (let i = 0; i < order; i++, row += rowBytes) {
    const at = (<usize>i) << 3;
    const rest = reduced(load<f64>(vector + at), row, vector, i & ~3, i);
    store<f64>(vector + at, rest * load<f64>(row + at));
  }
  for (let i = order - 1; i >= 0; i--) {
    row -= rowBytes;
    const at = (<usize>i) << 3;
    const value = load<f64>(vector + at) * load<f64>(row + at);
    store<f64>(vector + at, value);
    subtractMultiple(vector, row, value, i);
  }
}

export function choleskySolve(matrix: usize, order: i32, stride: i32, vector: usize): i32 {
  if (!choleskyFactor(matrix, order, stride)) return 0;
  choleskySubstitute(matrix, order, stride, vector);
  return 1;
}

export function ridgedLower(matrix: usize, order: i32, stride: i32, ridge: f64, factor: usize): void {
  const rowBytes = (<usize>stride) << 3;
  for (let i = 0; i < order; i++, matrix += rowBytes, factor += rowBytes) {
    const end = (<usize>i) << 3;
    const pairs = (<usize>(i & ~1)) << 3;
    for (let at: usize = 0; at < pairs; at += 16) v128.store(factor + at, v128.load(matrix + at));
    if (i & 1) store<f64>(factor + pairs, load<f64>(matrix + pairs));
    store<f64>(factor + end, load<f64>(matrix + end) + ridge);
  }
}

/** Rows and columns `first` to `first + columns`, whose rows begin at `top`. */
function factorDiagonalBlock(top: usize, first: i32, columns: i32, rowBytes: usize, smallestPivot: f64): bool {
  let row = top;
  for (let n = 0; n < columns; n++, row += rowBytes) {
    reduceRow(row, top, first, n, rowBytes);
    const at = row + ((<usize>(first + n)) << 3);
    const rest = reduced(load<f64>(at), row, row, first, first + n);
    if (!(rest > smallestPivot)) return false;
    store<f64>(at, 1 / sqrt(rest));
  }
  return true;
}

/** Columns `first` to `first + columns` of a row of L, from the rows at `top`. */
function reduceRow(row: usize, top: usize, first: i32, columns: i32, rowBytes: usize): void {
  for (let n = 0; n < columns; n++, top += rowBytes) {
    const at = (<usize>(first + n)) << 3;
    const rest = reduced(load<f64>(row + at), row, top, first, first + n);
    store<f64>(row + at, rest * load<f64>(top + at));
  }
}

/** `value` less the products of two rows: of the first `paired` places (a multiple of 4) together, then up to `length` in turn. */
function reduced(value: f64, left: usize, right: usize, paired: i32, length: i32): f64 {
  let sum = f64x2.splat(0);
  const pairedEnd = left + ((<usize>paired) << 3);
  for (; left < pairedEnd; left += 16, right += 16) sum = f64x2.add(sum, f64x2.mul(v128.load(left), v128.load(right)));
  value -= f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  const end = left + ((<usize>(length - paired)) << 3);
  for (; left < end; left += 8, right += 8) value -= load<f64>(left) * load<f64>(right);
  return value;
}

/** Columns `first` to `first + 3` of two rows of L, the row at `p` and the one after it, from the four rows at `top`. */
function reduceTwoRows(p: usize, top: usize, first: i32, rowBytes: usize): void {
  let q = p + rowBytes;
  let a = top;
  let b = a + rowBytes;
  let c = b + rowBytes;
  let d = c + rowBytes;
  let pa = f64x2.splat(0);
  let pb = pa;
  let pc = pa;
  let pd = pa;
  let qa = pa;
  let qb = pa;
  let qc = pa;
  let qd = pa;
  const end = p + ((<usize>first) << 3);
  for (; p < end; p += 16, q += 16, a += 16, b += 16, c += 16, d += 16) {
    const x = v128.load(p);
    const y = v128.load(q);
    let z = v128.load(a);
    pa = f64x2.add(pa, f64x2.mul(x, z));
    qa = f64x2.add(qa, f64x2.mul(y, z));
    z = v128.load(b);
    pb = f64x2.add(pb, f64x2.mul(x, z));
    qb = f64x2.add(qb, f64x2.mul(y, z));
    z = v128.load(c);
    pc = f64x2.add(pc, f64x2.mul(x, z));
    qc = f64x2.add(qc, f64x2.mul(y, z));
    z = v128.load(d);
    pd = f64x2.add(pd, f64x2.mul(x, z));
    qd = f64x2.add(qd, f64x2.mul(y, z));
  }
  // From here on lanes are the two rows, and a to d the rows of the diagonal block.
  const l0 = f64x2.mul(taken(p, q, 0, pa, qa), v128.load64_splat(a));
  let rest = taken(p, q, 8, pb, qb);
  rest = f64x2.sub(rest, f64x2.mul(l0, v128.load64_splat(b)));
  const l1 = f64x2.mul(rest, v128.load64_splat(b, 8));
  rest = taken(p, q, 16, pc, qc);
  rest = f64x2.sub(rest, f64x2.mul(l0, v128.load64_splat(c)));
  rest = f64x2.sub(rest, f64x2.mul(l1, v128.load64_splat(c, 8)));
  const l2 = f64x2.mul(rest, v128.load64_splat(c, 16));
  rest = taken(p, q, 24, pd, qd);
  rest = f64x2.sub(rest, f64x2.mul(l0, v128.load64_splat(d)));
  rest = f64x2.sub(rest, f64x2.mul(l1, v128.load64_splat(d, 8)));
  rest = f64x2.sub(rest, f64x2.mul(l2, v128.load64_splat(d, 16)));
  const l3 = f64x2.mul(rest, v128.load64_splat(d, 24));
  v128.store(p, i64x2.shuffle(l0, l1, 0, 2));
  v128.store(p, i64x2.shuffle(l2, l3, 0, 2), 16);
  v128.store(q, i64x2.shuffle(l0, l1, 1, 3));
  v128.store(q, i64x2.shuffle(l2, l3, 1, 3), 16);
}

/** The elements of two rows at one place, less the sum of the lanes of each row's products. */
function taken(p: usize, q: usize, at: usize, ofP: v128, ofQ: v128): v128 {
  const values = v128.load64_lane(q + at, v128.load64_zero(p + at), 1);
  const sums = f64x2.add(i64x2.shuffle(ofP, ofQ, 0, 2), i64x2.shuffle(ofP, ofQ, 1, 3));
  return f64x2.sub(values, sums);
}

/** vector[k] -= factor row[k] for k below `length`. */
function subtractMultiple(vector: usize, row: usize, factor: f64, length: i32): void {
  const factors = f64x2.splat(factor);
  const end = vector + ((<usize>(length & ~1)) << 3);
  for (; vector < end; vector += 16, row += 16) {
    v128.store(vector, f64x2.sub(v128.load(vector), f64x2.mul(v128.load(row), factors)));
  }
  if (length & 1) store<f64>(vector, load<f64>(vector) - load<f64>(row) * factor);
}
