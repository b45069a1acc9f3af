/** One measurement of `larder bench`. */
export interface Figure {
  readonly id: string;
  readonly value: number;
  readonly unit: string;
  /** The same quantity of what it is compared with, measured in the same run. */
  readonly rival?: number;
  /** `value / rival`, or the other way about where less is better: above 1 is better than the rival. */
  readonly ratio?: number;
  /** What it was measured on, or why there is no rival. */
  readonly note?: string;
}

/** The middle value; of an even number of them the upper one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
