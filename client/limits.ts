import { type LimitsOf, type LimitTable, MESSAGE_LIMITS } from '../shared/protocol/limits.ts';

/** What a device puts up with from a coordinator and from the network. docs/protocol.md lists them. */
export const DEVICE_LIMITS = {
  ...MESSAGE_LIMITS,
  maxContributionLength: {
    unit: 'numbers',
    default: 2 ** 24,
    reason: 'the longest vector that a plan may ask for: 64 MiB, what fits a frame',
  },
  connectTimeoutMs: { unit: 'milliseconds', default: 15_000, reason: 'name look-up, TCP, TLS and upgrade, on a phone' },
  answerTimeoutMs: {
    unit: 'milliseconds',
    default: 60_000,
    reason: 'from hello to welcome, and from the end of a round to the receipt; a catalogue of 5 MB at 1 Mbit/s fits',
  },
  idleTimeoutMs: {
    unit: 'milliseconds',
    default: 15 * 60_000,
    reason: 'without any message while waiting to be asked: a dead connection that browsers cannot see is replaced',
  },
  maxRetryAfterMs: {
    unit: 'milliseconds',
    default: 24 * 3_600_000,
    reason: 'the longest time that a refusal can send the device away for',
  },
} as const satisfies LimitTable;

export type DeviceLimits = LimitsOf<typeof DEVICE_LIMITS>;
