import { privacyWeights, RunPrivacy } from '../../server/privacy/run-privacy.ts';
import { type PrivacySchedule, scheduleOf } from '../../server/privacy/schedule.ts';
import { poissonRounds, type RoundSettings } from '../../server/round/settings.ts';
import type { Learner } from '../../shared/learners/learner.ts';
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
): RunPrivacy {
  const random = (round: number) => seededRandom(settings.seed, 'coordinator', round, 'noise');
  return new RunPrivacy({ run, schedule, ledger, cohort, random, localNoise });
}

export function simulatedRounds(rounds: RoundSettings, { settings, split }: TrainingInput): RoundSettings {
  return settings.privacy.sampling === 'poisson' ? poissonRounds(rounds, split.users.length) : rounds;
}
