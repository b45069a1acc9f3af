export { type Clock, systemClock, VirtualClock } from './clock.ts';
export { selectCohort } from './cohort.ts';
export { Coordinator, type CoordinatorOptions, type Outcome } from './coordinator.ts';
export { CoordinatorStateError, LearnerFailedError, RoundsAbandonedError } from './errors.ts';
export type { DeviceEvents, Fleet, PublishedModel, Task } from './fleet.ts';
export type { RoundRecord } from './round/record.ts';
export type { AbandonReason } from './round/round.ts';
export { compileRoundOptions, ROUND_DEFAULTS, type RoundOptions, type RoundSettings } from './round/settings.ts';
