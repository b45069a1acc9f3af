export { type Clock, systemClock, VirtualClock } from './clock.ts';
export { Cohorts } from './cohort.ts';
export { Coordinator, type CoordinatorOptions, type Outcome } from './coordinator.ts';
export { CoordinatorStateError, LearnerFailedError, ListenError, RoundsAbandonedError } from './errors.ts';
export type { DeviceEvents, Fleet, PublishedModel, Task } from './fleet.ts';
export type { Traffic } from './gateway/connection.ts';
export { Gateway } from './gateway/gateway.ts';
export { GATEWAY_LIMITS, type GatewayLimits, type GatewayOptions } from './gateway/options.ts';
export { FileLedger, type LedgerFile, readLedger } from './privacy/file-ledger.ts';
export {
  BudgetExhaustedError,
  type Charge,
  type Ledger,
  LedgerError,
  type LedgerTerms,
  MemoryLedger,
  spent,
} from './privacy/ledger.ts';
export { compilePrivacyOptions, type PrivacyOptions, type PrivacySettings } from './privacy/options.ts';
export { privacyWeights, RunPrivacy, type RunPrivacyOptions } from './privacy/run-privacy.ts';
export { type PrivacySchedule, type RunShape, scheduleOf } from './privacy/schedule.ts';
export type { RoundRecord } from './round/record.ts';
export type { AbandonReason } from './round/round.ts';
export { compileRoundOptions, ROUND_DEFAULTS, type RoundOptions, type RoundSettings } from './round/settings.ts';
