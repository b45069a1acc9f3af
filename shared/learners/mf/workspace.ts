import type { Scratch } from '../../kernels/heap.ts';

/** What a device computes with: addresses in a heap. The arrays of a number a row have room for a multiple of four. */
export interface Places {
  /** float32 [stride], zeros behind the dimension */
  readonly user: number;
  /** int32: the items that the device looks at, those bought first */
  readonly rows: number;
  /** float32, of the rows that were bought */
  readonly weights: number;
  /** float32 */
  readonly errors: number;
  /** float32 */
  readonly curvatures: number;
  /** float32 [rows, dimension], with room for rows of `stride` */
  readonly gradients: number;
  /** float32 [stride], and right behind it the mean */
  readonly gradient: number;
  /** float32 [stride] */
  readonly mean: number;
  /** float64 [stride, stride] */
  readonly matrix: number;
  /** float64 [stride] */
  readonly step: number;
}

/** Places for so many rows, with whatever they hold; those of the call before are void. */
export function placesFor(rows: number, stride: number, scratch: Scratch): Places {
  const room = (rows + 3) & ~3;
  const matrix = scratch.reserve(8 * stride * (stride + 1) + 12 * stride + 4 * room * (4 + stride));
  const step = matrix + 8 * stride ** 2;
  const user = step + 8 * stride;
  const perRow = user + 12 * stride;
  return {
    matrix,
    step,
    user,
    gradient: user + 4 * stride,
    mean: user + 8 * stride,
    rows: perRow,
    weights: perRow + 4 * room,
    errors: perRow + 8 * room,
    curvatures: perRow + 12 * room,
    gradients: perRow + 16 * room,
  };
}
