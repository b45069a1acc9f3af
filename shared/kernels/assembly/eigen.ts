/** See EigenKernels in ../twin/eigen.ts. */
export function reflectSymmetric(matrix: usize, order: i32, from: i32, v: usize, w: usize, x: usize, y: usize): void {
  const rowBytes = (<usize>order) << 3;
  memory.fill(y + ((<usize>from) << 3), 0, (<usize>(order - from)) << 3);
  for (let i = from; i < order; i++) {
    const diagonal = (<usize>i) << 3;
    const row = matrix + <usize>i * rowBytes;
    const vi = load<f64>(v + diagonal);
    const wi = load<f64>(w + diagonal);
    const xi = load<f64>(x + diagonal);
    const value = load<f64>(row + diagonal) - (vi * wi + wi * vi);
    store<f64>(row + diagonal, value);
    const vs = f64x2.splat(vi);
    const ws = f64x2.splat(wi);
    const xs = f64x2.splat(xi);
    let s01 = f64x2.splat(0);
    let s23 = f64x2.splat(0);
    let j = diagonal + 8;
    const blocks = j + ((<usize>((order - i - 1) & ~3)) << 3);
    for (; j < blocks; j += 32) {
      const a01 = f64x2.sub(
        v128.load(row + j),
        f64x2.add(f64x2.mul(vs, v128.load(w + j)), f64x2.mul(ws, v128.load(v + j))),
      );
      v128.store(row + j, a01);
      v128.store(y + j, f64x2.add(v128.load(y + j), f64x2.mul(a01, xs)));
      s01 = f64x2.add(s01, f64x2.mul(a01, v128.load(x + j)));
      const a23 = f64x2.sub(
        v128.load(row + j, 16),
        f64x2.add(f64x2.mul(vs, v128.load(w + j, 16)), f64x2.mul(ws, v128.load(v + j, 16))),
      );
      v128.store(row + j, a23, 16);
      v128.store(y + j, f64x2.add(v128.load(y + j, 16), f64x2.mul(a23, xs)), 16);
      s23 = f64x2.add(s23, f64x2.mul(a23, v128.load(x + j, 16)));
    }
    let rest: f64 = 0;
    for (; j < rowBytes; j += 8) {
      const a = load<f64>(row + j) - (vi * load<f64>(w + j) + wi * load<f64>(v + j));
      store<f64>(row + j, a);
      store<f64>(y + j, load<f64>(y + j) + a * xi);
      rest += a * load<f64>(x + j);
    }
    const sums = f64x2.add(s01, s23);
    const product = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1) + rest;
    store<f64>(y + diagonal, load<f64>(y + diagonal) + (value * xi + product));
  }
}

export function reflectPanel(panel: usize, order: i32, matrix: usize, betas: usize): void {
  const rowBytes = (<usize>order) << 3;
  for (let k = 0; k + 2 < order; k++, matrix += rowBytes) {
    const beta = load<f64>(betas + ((<usize>k) << 3));
    if (beta === 0) continue;
    const vEnd = matrix + rowBytes;
    let p0 = f64x2.splat(0);
    let p1 = f64x2.splat(0);
    let p2 = f64x2.splat(0);
    let p3 = f64x2.splat(0);
    let q0 = f64x2.splat(0);
    let q1 = f64x2.splat(0);
    let q2 = f64x2.splat(0);
    let q3 = f64x2.splat(0);
    const vStart = matrix + ((<usize>(k + 1)) << 3);
    const start = panel + ((<usize>(k + 1)) << 6);
    let v = vStart;
    let at = start;
    for (; v + 16 <= vEnd; v += 16, at += 128) {
      const even = v128.load64_splat(v);
      p0 = f64x2.add(p0, f64x2.mul(even, v128.load(at)));
      p1 = f64x2.add(p1, f64x2.mul(even, v128.load(at, 16)));
      p2 = f64x2.add(p2, f64x2.mul(even, v128.load(at, 32)));
      p3 = f64x2.add(p3, f64x2.mul(even, v128.load(at, 48)));
      const odd = v128.load64_splat(v, 8);
      q0 = f64x2.add(q0, f64x2.mul(odd, v128.load(at, 64)));
      q1 = f64x2.add(q1, f64x2.mul(odd, v128.load(at, 80)));
      q2 = f64x2.add(q2, f64x2.mul(odd, v128.load(at, 96)));
      q3 = f64x2.add(q3, f64x2.mul(odd, v128.load(at, 112)));
    }
    if (v < vEnd) {
      const even = v128.load64_splat(v);
      p0 = f64x2.add(p0, f64x2.mul(even, v128.load(at)));
      p1 = f64x2.add(p1, f64x2.mul(even, v128.load(at, 16)));
      p2 = f64x2.add(p2, f64x2.mul(even, v128.load(at, 32)));
      p3 = f64x2.add(p3, f64x2.mul(even, v128.load(at, 48)));
    }
    const scale = f64x2.splat(beta);
    p0 = f64x2.mul(scale, f64x2.add(p0, q0));
    p1 = f64x2.mul(scale, f64x2.add(p1, q1));
    p2 = f64x2.mul(scale, f64x2.add(p2, q2));
    p3 = f64x2.mul(scale, f64x2.add(p3, q3));
    at = start;
    for (v = vStart; v < vEnd; v += 8, at += 64) {
      const vi = v128.load64_splat(v);
      v128.store(at, f64x2.sub(v128.load(at), f64x2.mul(vi, p0)));
      v128.store(at, f64x2.sub(v128.load(at, 16), f64x2.mul(vi, p1)), 16);
      v128.store(at, f64x2.sub(v128.load(at, 32), f64x2.mul(vi, p2)), 32);
      v128.store(at, f64x2.sub(v128.load(at, 48), f64x2.mul(vi, p3)), 48);
    }
  }
}

export function rotatePanel(panel: usize, first: i32, rotations: usize, count: i32): void {
  let at = panel + ((<usize>first) << 6);
  let a0 = v128.load(at);
  let a1 = v128.load(at, 16);
  let a2 = v128.load(at, 32);
  let a3 = v128.load(at, 48);
  for (let r = 0; r < count; r++, rotations += 16, at += 64) {
    const cosine = v128.load64_splat(rotations);
    const sine = v128.load64_splat(rotations, 8);
    const b0 = v128.load(at, 64);
    const b1 = v128.load(at, 80);
    const b2 = v128.load(at, 96);
    const b3 = v128.load(at, 112);
    v128.store(at, f64x2.add(f64x2.mul(cosine, a0), f64x2.mul(sine, b0)));
    v128.store(at, f64x2.add(f64x2.mul(cosine, a1), f64x2.mul(sine, b1)), 16);
    v128.store(at, f64x2.add(f64x2.mul(cosine, a2), f64x2.mul(sine, b2)), 32);
    v128.store(at, f64x2.add(f64x2.mul(cosine, a3), f64x2.mul(sine, b3)), 48);
    a0 = f64x2.sub(f64x2.mul(cosine, b0), f64x2.mul(sine, a0));
    a1 = f64x2.sub(f64x2.mul(cosine, b1), f64x2.mul(sine, a1));
    a2 = f64x2.sub(f64x2.mul(cosine, b2), f64x2.mul(sine, a2));
    a3 = f64x2.sub(f64x2.mul(cosine, b3), f64x2.mul(sine, a3));
  }
  v128.store(at, a0);
  v128.store(at, a1, 16);
  v128.store(at, a2, 32);
  v128.store(at, a3, 48);
}
