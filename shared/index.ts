export { type Contribution, dense, type IntegerContribution, type Rows, toDense } from './aggregation/contribution.ts';
export { IntegerSum, MAX_COORDINATE } from './aggregation/integer-sum.ts';
export { Catalogue, CatalogueError, type CatalogueItem } from './catalogue.ts';
export { LarderError, ModelFormatError, NumericalError, SettingsError } from './errors.ts';
export { type ContentHash, contentHash, isContentHash } from './hash.ts';
export { type History, historyOf, type Interaction, type Purchases } from './history.ts';
export { boughtTogether, type Partner } from './learners/ease/together.ts';
export {
  createLearner,
  type LearnerDefinitions,
  learnerDefinitions,
  learnerDefinitionsWith,
  learnerOptions,
} from './learners/index.ts';
export type {
  DeviceData,
  Learner,
  LearnerDefinition,
  LearnerState,
  Release,
  RoundPlan,
} from './learners/learner.ts';
export { elementCount, Model, type TensorSpec } from './model.ts';
export { ACCOUNTANTS, type AccountantName, deltaOf, epsilonOf } from './privacy/accountants/account.ts';
export { noiseMultiplierFor } from './privacy/accountants/calibrate.ts';
export { adaptiveClipNoiseSplit } from './privacy/adaptive-clip-split.ts';
export { auditErrorRates } from './privacy/audit/error-rates.ts';
export { auditOneRunFdp, fdpEpsilonLowerBound } from './privacy/audit/f-dp.ts';
export { auditGaussian } from './privacy/audit/gaussian.ts';
export type { Guesses } from './privacy/audit/guesses.ts';
export type { AuditSettings } from './privacy/audit/hypotheses.ts';
export { auditOneRun, oneRunEpsilonLowerBound, oneRunPValue } from './privacy/audit/one-run.ts';
export type { CanaryScores } from './privacy/audit/operating-points.ts';
export { twoNormalsEpsilon } from './privacy/audit/two-normals.ts';
export { bound, gridStep, isBounded } from './privacy/bound.ts';
export { compose } from './privacy/compose.ts';
export { type DpEvent, toDpEvent } from './privacy/dp-event.ts';
export { UnsupportedMechanismError } from './privacy/errors.ts';
export { bltFor } from './privacy/matrix-factorization/blt.ts';
export { type StrategyError, strategyError } from './privacy/matrix-factorization/error.ts';
export { sensitivitySquared } from './privacy/matrix-factorization/sensitivity.ts';
export { restartedTreesSensitivitySquared, treeSensitivitySquared } from './privacy/matrix-factorization/tree.ts';
export type * from './privacy/mechanism.ts';
export { ADJACENCIES } from './privacy/mechanism.ts';
export { DiscreteGaussianSampler } from './privacy/noise/discrete-gaussian.ts';
export { DiscreteLaplaceSampler } from './privacy/noise/discrete-laplace.ts';
export { SkellamSampler } from './privacy/noise/skellam.ts';
export { maxParticipations, mayTakePart, type Participation } from './privacy/participation.ts';
export { CLIPPED, isProtected, type Protection, protect } from './privacy/protection.ts';
export { integerL1Norm, roundedL2Norm } from './privacy/rounding.ts';
export {
  decodeCoordinatorMessage,
  decodeDeviceMessage,
  encodeCoordinatorMessage,
  encodeDeviceMessage,
} from './protocol/codec.ts';
export {
  contributionFrameBytes,
  DEFAULT_MESSAGE_LIMITS,
  MESSAGE_LIMITS,
  type MessageLimits,
} from './protocol/limits.ts';
export type * from './protocol/messages.ts';
export { PROTOCOL_VERSION } from './protocol/messages.ts';
export { EncodingError, ProtocolError } from './protocol/protocol-error.ts';
export { REFUSALS, type RefusalCode } from './protocol/refusals.ts';
export { bytesOfInt32, int32OfBytes } from './protocol/tensor.ts';
export type { Random } from './random/random.ts';
export { seededRandom } from './random/seeded.ts';
export { systemRandom } from './random/system.ts';
export { decodeSafetensors, encodeSafetensors } from './safetensors.ts';
