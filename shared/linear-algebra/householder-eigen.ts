import { NumericalError } from '../errors.ts';
import { type Heap, threadHeap } from '../kernels/heap.ts';
import { PANEL_COLUMNS } from '../kernels/twin/eigen.ts';
import type { Eigen } from './symmetric-eigen.ts';

/** Two or three steps an eigenvalue are usual (Parlett 1998, section 8.11). */
const MAX_STEPS = 60;
/** Rotations kept before the eigenvectors turn: 1 MB, to be read from the L2 cache. */
const MAX_ROTATIONS = 65_536;

/**
 * The eigendecomposition of a symmetric matrix (row-major, order x order), by reduction to a tridiagonal one and implicit
 * QR steps (Golub and Van Loan 2013, algorithms 8.3.1 to 8.3.3): errors are of the size of the largest eigenvalue's last
 * digits. About 9 order^3 operations and 16 order^2 bytes of kernel memory, for orders up to a few thousand. The matrix is
 * left as it is; only its upper triangle counts.
 *
 * @throws NumericalError if the matrix holds numbers that are not finite.
 */
export function householderEigen(matrix: Float64Array, order: number): Eigen {
  const heap = threadHeap();
  const { kernels } = heap;
  const panels = Math.ceil(order / PANEL_COLUMNS);
  const reflectors = kernels.allocate(8 * order * order);
  const basis = kernels.allocate(8 * PANEL_COLUMNS * order * panels);
  // First two vectors, then the betas, then cosines and sines.
  const scratch = kernels.allocate(16 * (MAX_ROTATIONS + order));
  try {
    heap.float64(reflectors, order * order).set(matrix);
    const tridiagonal = tridiagonalise(heap, reflectors, order, scratch);
    const turned = new Panels(heap, basis, order, scratch);
    turned.reflect(reflectors, tridiagonal.betas);
    diagonalise(tridiagonal, turned);
    turned.flush();
    return ranked(tridiagonal.diagonal, heap.float64(basis, PANEL_COLUMNS * order * panels));
  } finally {
    for (const block of [reflectors, basis, scratch]) kernels.release(block);
  }
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Element k couples k and k + 1; the last is 0. */
  readonly offDiagonal: Float64Array;
  /** Of the reflections; 0 where there was none. */
  readonly betas: Float64Array;
}

/** T = Q^T A Q by reflections I - beta v v^T, v kept where they made zeros: in row k of A from column k + 1. */
function tridiagonalise(heap: Heap, matrix: number, order: number, scratch: number): Tridiagonal {
  const { kernels } = heap;
  const a = heap.float64(matrix, order * order);
  const w = heap.float64(scratch, order).fill(0);
  const y = heap.float64(scratch + 8 * order, order);
  const diagonal = new Float64Array(order);
  const offDiagonal = new Float64Array(order);
  const betas = new Float64Array(order);
  // Row k - 1 is v, and A -= v w^T + w v^T is still to be done in the rows from k on.
  for (let k = 0; k < order; k++) {
    const row = a.subarray(k * order, (k + 1) * order);
    if (k > 0) {
      const v = a.subarray((k - 1) * order, k * order);
      for (let j = k; j < order; j++) row[j]! -= v[k]! * w[j]! + w[k]! * v[j]!;
    }
    diagonal[k] = row[k]!;
    if (k + 1 === order) break;
    offDiagonal[k] = row[k + 1]!;
    const norm = Math.sqrt(dot(row, row, k + 1, order));
    if (k + 2 < order && norm !== 0) {
      offDiagonal[k] = row[k + 1]! > 0 ? -norm : norm;
      row[k + 1]! -= offDiagonal[k]!;
      betas[k] = 2 / dot(row, row, k + 1, order);
    }
    const v = matrix + 8 * Math.max(0, k - 1) * order;
    kernels.reflectSymmetric(matrix, order, k + 1, v, scratch, matrix + 8 * k * order, scratch + 8 * order);
    const beta = betas[k]!;
    for (let i = k + 1; i < order; i++) w[i] = beta * y[i]!;
    const half = (beta / 2) * dot(w, row, k + 1, order);
    for (let i = k + 1; i < order; i++) w[i]! -= half * row[i]!;
  }
  return { diagonal, offDiagonal, betas };
}

/** Q^T, whose rows become the eigenvectors, in panels [order, 8] of its columns, each of which fits the L2 cache. */
class Panels {
  readonly #heap: Heap;
  readonly #pointers: readonly number[];
  readonly #order: number;
  readonly #scratch: number;
  /** Runs of rotations that are still to be done: the first row, how many, and where. */
  #runs: { readonly first: number; count: number; readonly rotations: number }[] = [];
  #kept = 0;

  /** Begins as the identity. */
  constructor(heap: Heap, basis: number, order: number, scratch: number) {
    this.#heap = heap;
    this.#order = order;
    this.#scratch = scratch;
    const bytes = 8 * PANEL_COLUMNS * order;
    this.#pointers = Array.from({ length: Math.ceil(order / PANEL_COLUMNS) }, (_, panel) => basis + panel * bytes);
    for (const [panel, pointer] of this.#pointers.entries()) {
      const values = heap.float64(pointer, PANEL_COLUMNS * order).fill(0);
      for (let c = 0, row = panel * PANEL_COLUMNS; c < PANEL_COLUMNS && row < order; c++, row++) {
        values[PANEL_COLUMNS * row + c] = 1;
      }
    }
  }

  reflect(reflectors: number, betas: Float64Array): void {
    this.#heap.float64(this.#scratch, betas.length).set(betas);
    for (const panel of this.#pointers) {
      this.#heap.kernels.reflectPanel(panel, this.#order, reflectors, this.#scratch);
    }
  }

  /** Where the cosines and sines of rotations of rows `first` and first + 1, and so on, are to be written. */
  turn(first: number, count: number): Float64Array {
    if (this.#kept + count > MAX_ROTATIONS + this.#order) this.flush();
    const rotations = this.#scratch + 16 * this.#kept;
    this.#runs.push({ first, count, rotations });
    this.#kept += count;
    return this.#heap.float64(rotations, 2 * count);
  }

  flush(): void {
    const { kernels } = this.#heap;
    for (const panel of this.#pointers) {
      for (const { first, count, rotations } of this.#runs) kernels.rotatePanel(panel, first, rotations, count);
    }
    this.#runs = [];
    this.#kept = 0;
  }
}

/** QR steps with Wilkinson's shift on the last unreduced block until none is left; the rows of `basis` turn with them. */
function diagonalise({ diagonal: d, offDiagonal: e }: Tridiagonal, basis: Panels): void {
  const negligible = (k: number) => Math.abs(e[k]!) <= Number.EPSILON * (Math.abs(d[k]!) + Math.abs(d[k + 1]!));
  let end = d.length - 1;
  for (let steps = 0; end > 0; steps++) {
    if (negligible(end - 1)) {
      e[--end] = 0;
      steps = -1;
      continue;
    }
    if (steps === MAX_STEPS)
      throw new NumericalError('The eigenvalues do not converge. Check that all numbers are finite.');
    let start = end - 1;
    while (start > 0 && !negligible(start - 1)) start--;
    if (start > 0) e[start - 1] = 0;
    qrStep(d, e, basis.turn(start, end - start), start, end);
  }
}

/** Writes the cosine and sine of each of its rotations. */
function qrStep(d: Float64Array, e: Float64Array, rotations: Float64Array, start: number, end: number): void {
  const half = (d[end - 1]! - d[end]!) / 2;
  const last = e[end - 1]!;
  const root = Math.hypot(half, last);
  const shift = d[end]! - (last / (half < 0 ? half - root : half + root)) * last;
  let x = d[start]! - shift;
  let bulge = e[start]!;
  for (let k = start, at = 0; k < end; k++) {
    const r = Math.hypot(x, bulge);
    const cosine = r === 0 ? 1 : x / r;
    const sine = r === 0 ? 0 : bulge / r;
    rotations[at++] = cosine;
    rotations[at++] = sine;
    if (k > start) e[k - 1] = r;
    const a = d[k]!;
    const b = e[k]!;
    const g = d[k + 1]!;
    d[k] = cosine * cosine * a + 2 * cosine * sine * b + sine * sine * g;
    d[k + 1] = sine * sine * a - 2 * cosine * sine * b + cosine * cosine * g;
    x = cosine * sine * (g - a) + (cosine - sine) * (cosine + sine) * b;
    e[k] = x;
    if (k + 1 < end) {
      bulge = sine * e[k + 1]!;
      e[k + 1]! *= cosine;
    }
  }
}

/** In descending order, from the eigenvectors as rows, in panels. */
function ranked(values: Float64Array, rows: Float64Array): Eigen {
  const order = values.length;
  const ranking = Array.from(values.keys()).sort((p, q) => values[q]! - values[p]!);
  const vectors = new Float64Array(order * order);
  for (let row = 0; row < order; row++) {
    const within = row % PANEL_COLUMNS;
    const start = (row - within) * order + within;
    for (let column = 0; column < order; column++) {
      vectors[row * order + column] = rows[start + PANEL_COLUMNS * ranking[column]!]!;
    }
  }
  return { values: Float64Array.from(ranking, k => values[k]!), vectors };
}

/** Four partial sums, so that no addition waits for the one before. */
function dot(a: Float64Array, b: Float64Array, from: number, to: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = from;
  for (; k + 4 <= to; k += 4) {
    s0 += a[k]! * b[k]!;
    s1 += a[k + 1]! * b[k + 1]!;
    s2 += a[k + 2]! * b[k + 2]!;
    s3 += a[k + 3]! * b[k + 3]!;
  }
  for (; k < to; k++) s0 += a[k]! * b[k]!;
  return s0 + s1 + (s2 + s3);
}
