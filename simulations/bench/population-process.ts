// Simulates a large population and prints what it took as JSON: how many devices is its argument.
import { runDataOf } from '../simulate/simulate.ts';
import { PUBLISHED_MF, uniformPurchases } from './rounds.ts';
import { timedTraining } from './training.ts';

export interface PopulationReport {
  readonly peakBytes: number;
  /** The best round of each size of cohort. */
  readonly secondsByCohort: Readonly<Record<string, number>>;
}

const devices = Number(process.argv[2]);
const data = runDataOf(uniformPurchases({ devices, purchases: 50, items: 20_000 }), 'last-item');
const secondsByCohort: Record<string, number> = {};
for (const cohort of [5_000, 10_000, 20_000]) {
  const learnerOptions = { ...PUBLISHED_MF, rounds: 4 };
  const { training, roundSeconds } = await timedTraining(data, { learner: 'mf', learnerOptions, cohort, workers: 2 });
  await training.close();
  secondsByCohort[cohort] = Math.min(...roundSeconds.slice(1));
}
// maxRSS counts kilobytes.
const report: PopulationReport = { peakBytes: process.resourceUsage().maxRSS * 1024, secondsByCohort };
process.stdout.write(JSON.stringify(report));
