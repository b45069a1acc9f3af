/** Rows, and columns, of a block: two of them, 64 KB, are what a product goes over again and again in the fast caches. */
export const BLOCK = 64;

/** Numbers of a block. */
export const BLOCK_LENGTH = BLOCK * BLOCK;

/** Rows that lie together: see ProductKernels. */
const TILE = 4;

/** Part of a matrix in a flat array: number (r, c) is at `offset + r * rowStep + c * columnStep`. */
export interface Part {
  readonly values: Float64Array;
  readonly offset: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

export function blockCount(order: number): number {
  return Math.ceil(order / BLOCK);
}

/** Where in a block a number is. */
export function placeInBlock(row: number, column: number): number {
  return (row - (row % TILE)) * BLOCK + TILE * column + (row % TILE);
}

/** Fills a block: with rows x columns numbers, at most BLOCK of each, and zeros beyond. */
export function packBlock(block: Float64Array, part: Part, rows: number, columns: number): void {
  const { values, offset, rowStep, columnStep } = part;
  if (rows < BLOCK || columns < BLOCK) block.fill(0);
  for (let row = 0; row < rows; row += TILE) {
    const inside = Math.min(TILE, rows - row);
    for (let column = 0, to = row * BLOCK; column < columns; column++, to += TILE) {
      const from = offset + row * rowStep + column * columnStep;
      for (let r = 0; r < inside; r++) block[to + r] = values[from + r * rowStep]!;
    }
  }
}

/** The other way about. */
export function unpackBlock(block: Float64Array, part: Part, rows: number, columns: number): void {
  const { values, offset, rowStep, columnStep } = part;
  for (let row = 0; row < rows; row += TILE) {
    const inside = Math.min(TILE, rows - row);
    for (let column = 0, from = row * BLOCK; column < columns; column++, from += TILE) {
      const to = offset + row * rowStep + column * columnStep;
      for (let r = 0; r < inside; r++) values[to + r * rowStep] = block[from + r]!;
    }
  }
}
