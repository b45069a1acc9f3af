import { type ProtectedPlan, type ProtectedSum, privacyWeights, RunPrivacy } from '../../server/privacy/run-privacy.ts';
import { type PrivacySchedule, scheduleOf } from '../../server/privacy/schedule.ts';
import { poissonRounds, type RoundSettings } from '../../server/round/settings.ts';
import type { IntegerSum } from '../../shared/aggregation/integer-sum.ts';
import type { Learner } from '../../shared/learners/learner.ts';
import { gridStep } from '../../shared/privacy/bound.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import type { SimulateSettings } from './settings.ts';
import type { TrainingInput } from './train.ts';

/** The noise of a simulated run; here every device is known, so all sampling schemes can be had. */
export function simulatedSchedule(
  { privacy }: SimulateSettings,
  learner: Learner,
  cohort: number,
  population: number,
): PrivacySchedule {
  return scheduleOf(privacy, { weights: privacyWeights(learner), cohort, population });
}

/** Where the noise of local trust is drawn: see RunPrivacyOptions. Seeded, as the whole run is. */
export function simulatedPrivacy(
  { run, settings, schedule, ledger, cohort }: TrainingInput,
  localNoise: 'device' | 'sum',
): MeasuredPrivacy {
  const random = (round: number) => seededRandom(settings.seed, 'coordinator', round, 'noise');
  return new MeasuredPrivacy({ run, schedule, ledger, cohort, random, localNoise });
}

/** Measures, as only a simulation may, how much of a sum is noise. */
export class MeasuredPrivacy extends RunPrivacy {
  /** L2 norms of the latest sum without its noise, and, expected, of the noise, in the units of contributions. */
  latest = { sumNorm: 0, noiseNorm: 0 };

  override release(round: number, protectedPlan: ProtectedPlan, sum: IntegerSum): ProtectedSum {
    const { plan, protection } = protectedPlan;
    let squares = 0;
    for (let k = 0; k < plan.length; k++) squares += sum.totals[k]! ** 2;
    const sumNorm = Math.sqrt(squares) * gridStep(plan.clipNorm, protection.gridSteps);
    const released = super.release(round, protectedPlan, sum);
    this.latest = { sumNorm, noiseNorm: released.noiseDeviation * Math.sqrt(plan.length) };
    return released;
  }
}

export function simulatedRounds(rounds: RoundSettings, { settings, split }: TrainingInput): RoundSettings {
  return settings.privacy.sampling === 'poisson' ? poissonRounds(rounds, split.users.length) : rounds;
}
