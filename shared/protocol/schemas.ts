import * as z from 'zod';
import { MAX_COORDINATE } from '../aggregation/integer-sum.ts';
import { isContentHash } from '../hash.ts';
import {
  CONTRIBUTION_OUTCOMES,
  type CoordinatorMessage,
  DECLINE_REASONS,
  type DeviceMessage,
  RELEASE_REASONS,
} from './messages.ts';
import { REFUSALS, type RefusalCode } from './refusals.ts';

/**
 * Schemas of the control messages: every message but those that carry a binary, which codec.ts checks by hand. Strict: an
 * unknown key is an error.
 */
const hash = z.string().refine(isContentHash, 'not a content hash');
const round = z.int().nonnegative();
const milliseconds = z.number().nonnegative();
const refusalCodes = Object.keys(REFUSALS) as [RefusalCode, ...RefusalCode[]];

const hello = z.strictObject({
  type: z.literal('hello'),
  protocol: z.int(),
  device: z.string().regex(/^[^\p{Cc}]+$/u, 'empty, or with control characters'),
  // Not `.readonly()`: that freezes what it is given, an array or not, and throws on a typed array.
  holds: z.array(hash),
});

const decline = z.strictObject({ type: z.literal('decline'), round, reason: z.enum(DECLINE_REASONS) });

const welcome = z.strictObject({
  type: z.literal('welcome'),
  protocol: z.int(),
  run: z.string().min(1),
  learner: z.strictObject({ name: z.string().min(1), options: z.record(z.string(), z.unknown()) }),
  catalogue: hash,
  pace: z.strictObject({ reconnectMinMs: milliseconds, reconnectMaxMs: milliseconds }),
});

const task = z.strictObject({
  type: z.literal('task'),
  round,
  model: hash,
  plan: z.strictObject({
    phase: z.string(),
    length: z.int().positive(),
    clipNorm: z.number().positive(),
    parameters: z.record(z.string(), z.number()),
  }),
  protection: z.strictObject({
    gridSteps: z.int().positive().max(MAX_COORDINATE),
    noiseSteps: z.number().nonnegative(),
    clipFlagSteps: z.int().nonnegative().max(MAX_COORDINATE),
    release: z.int().nonnegative(),
    minSeparation: z.int().positive(),
  }),
  timeLeftMs: milliseconds,
});

const receipt = z.strictObject({ type: z.literal('receipt'), round, outcome: z.enum(CONTRIBUTION_OUTCOMES) });
const released = z.strictObject({ type: z.literal('released'), round, reason: z.enum(RELEASE_REASONS) });
const finished = z.strictObject({ type: z.literal('finished'), model: hash });

const refusal = z.strictObject({
  type: z.literal('refusal'),
  code: z.enum(refusalCodes),
  message: z.string(),
  retryAfterMs: milliseconds.optional(),
});

export const deviceControlSchema = z.discriminatedUnion('type', [hello, decline]);
export const coordinatorControlSchema = z.discriminatedUnion('type', [
  welcome,
  task,
  receipt,
  released,
  finished,
  refusal,
]);

/** The schemas and the message types say the same: each line fails to compile when they part. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Frozen<T> = T extends object ? { readonly [Key in keyof T]: Frozen<T[Key]> } : T;
type Control<Message> = Exclude<Message, { data: Uint8Array }>;
const device: Same<Frozen<z.infer<typeof deviceControlSchema>>, Control<DeviceMessage>> = true;
const coordinator: Same<Frozen<z.infer<typeof coordinatorControlSchema>>, Control<CoordinatorMessage>> = true;
void [device, coordinator];
