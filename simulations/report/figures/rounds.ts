import type { RoundLine } from '../../runs/results.ts';
import type { Point } from '../points.ts';

/** What a figure says of a round, mean over the seeds that know it. */
export interface RoundMean {
  /** From 1: rounds folded into the model. */
  readonly round: number;
  readonly value: number;
  /** What one device sent and received until then. */
  readonly bytes: number;
}

/** `ofRound` is undefined of rounds that do not know. Abandoned rounds count in bytes alone. */
export function roundMeans(point: Point, ofRound: (line: RoundLine) => number | undefined): RoundMean[] {
  const found = new Map<number, { values: number[]; bytes: number[] }>();
  for (const { rounds } of point.runs) {
    let [folded, bytes] = [0, 0];
    for (const line of rounds) {
      bytes += (line.bytesPerDevice?.up ?? 0) + (line.bytesPerDevice?.down ?? 0);
      if (line.outcome !== 'done') continue;
      folded++;
      const value = ofRound(line);
      if (value === undefined) continue;
      const known = found.get(folded) ?? { values: [], bytes: [] };
      found.set(folded, { values: [...known.values, value], bytes: [...known.bytes, bytes] });
    }
  }
  return Array.from(found, ([round, { values, bytes }]) => ({ round, value: mean(values), bytes: mean(bytes) })).sort(
    (a, b) => a.round - b.round,
  );
}

/** What a device that takes part in every round sends and receives; 0 where it is not known. */
export function bytesOfDevice({ runs }: Point): number {
  return mean(
    runs.map(({ rounds }) =>
      rounds.reduce((sum, { bytesPerDevice }) => sum + (bytesPerDevice?.up ?? 0) + (bytesPerDevice?.down ?? 0), 0),
    ),
  );
}

export function roundsOf({ runs }: Point): number {
  return mean(runs.map(({ finding }) => finding.rounds));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
