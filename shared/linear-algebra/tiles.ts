/** Rows that lie together in the factors of `addProducts`: see ProductKernels. */
const TILE = 4;

/** Part of a matrix in a flat array: number (r, k) is at `offset + r * rowStep + k * columnStep`. */
export interface Block {
  readonly values: Float64Array;
  readonly offset: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** Fills tiles with a block's rows x depth numbers, and rows that are there to fill the last tiles up with zeros. */
export function packTiles(tiles: Float64Array, { values, offset, rowStep, columnStep }: Block, rows: number): void {
  const depth = tiles.length / padded(rows);
  for (let row = 0, to = 0; to < tiles.length; row += TILE) {
    const inside = Math.min(TILE, rows - row);
    for (let k = 0; k < depth; k++, to += TILE) {
      const from = offset + row * rowStep + k * columnStep;
      for (let r = 0; r < TILE; r++) tiles[to + r] = r < inside ? values[from + r * rowStep]! : 0;
    }
  }
}

/** The other way about. */
export function unpackTiles(tiles: Float64Array, { values, offset, rowStep, columnStep }: Block, rows: number): void {
  const depth = tiles.length / padded(rows);
  for (let row = 0, from = 0; row < rows; row += TILE) {
    const inside = Math.min(TILE, rows - row);
    for (let k = 0; k < depth; k++, from += TILE) {
      const to = offset + row * rowStep + k * columnStep;
      for (let r = 0; r < inside; r++) values[to + r * rowStep] = tiles[from + r]!;
    }
  }
}

/** Kernels take two tiles at a time. */
export function padded(count: number): number {
  return Math.ceil(count / (2 * TILE)) * (2 * TILE);
}
