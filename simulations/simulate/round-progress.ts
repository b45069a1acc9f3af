import type { RoundRecord } from '../../server/round/record.ts';
import type { TrainingInput } from './train.ts';

/** Counts what devices and rounds do, and tells it as progress: devices that have trained, of all rounds together. */
export function roundProgress({ learner: { rounds: totalRounds }, cohort, hooks }: TrainingInput) {
  const startedAtMs = performance.now();
  let devices = 0;
  let contributions = 0;
  let finishedRounds = 0;
  let abandonedRounds = 0;
  const report = (): void => {
    const rate = devices / ((performance.now() - startedAtMs) / 1000);
    hooks.progress({
      label: 'training',
      done: devices,
      total: totalRounds * cohort,
      detail: `round ${finishedRounds}/${totalRounds}  ${Math.round(rate)} devices/s`,
    });
  };
  report();
  return {
    devices: (count: number): void => {
      devices += count;
      report();
    },
    round: ({ outcome, counted }: RoundRecord): void => {
      if (outcome === 'done') {
        finishedRounds++;
        contributions += counted;
      } else {
        abandonedRounds++;
      }
      report();
    },
    totals: () => ({ contributions, abandonedRounds }),
  };
}
