import type { ContentHash } from '../shared/hash.ts';
import { protectedLength } from '../shared/privacy/protection.ts';
import {
  type Blob,
  type CoordinatorMessage,
  type DeclineReason,
  type DeviceMessage,
  PROTOCOL_VERSION,
  type Receipt,
  type Refusal,
  type Released,
  type TaskMessage,
  type Welcome,
} from '../shared/protocol/messages.ts';

/** The newest blob of each kind that the device holds. */
export type Held = Readonly<Partial<Record<Blob['kind'], ContentHash>>>;

/**
 * One connection, from the moment it is open:
 *
 *     greeting ──welcome──▶ waiting ──task──▶ training ──answered──▶ reporting
 *                             ▲ ▲                │                      │
 *                             │ └─failed─────────┤                      │
 *                             └──────released────┴────receipt, released─┘
 *
 * A new task replaces the one at hand. `finished`, a refusal, or a fault end the session from every state: `over`.
 */
export type SessionState =
  | { readonly phase: 'greeting'; readonly held: Held }
  | { readonly phase: 'waiting'; readonly held: Held; readonly welcome: Welcome; readonly newestRound: number }
  | {
      readonly phase: 'training' | 'reporting';
      readonly held: Held;
      readonly welcome: Welcome;
      readonly newestRound: number;
      readonly task: TaskMessage;
    }
  | { readonly phase: 'over' };

export type SessionPhase = SessionState['phase'];

export type SessionEvent =
  | { readonly type: 'received'; readonly message: CoordinatorMessage }
  /** Training for the task at hand ended with a bounded vector, as wire bytes. */
  | { readonly type: 'answered'; readonly data: Uint8Array }
  /** Training for the task at hand ended with nothing to send. */
  | { readonly type: 'failed'; readonly reason: DeclineReason };

/** What the device is to do, in this order. */
export type SessionEffect =
  | { readonly type: 'send'; readonly message: DeviceMessage }
  | { readonly type: 'joined'; readonly welcome: Welcome }
  | { readonly type: 'train'; readonly welcome: Welcome; readonly task: TaskMessage }
  /** The result of the training that goes on is not wanted any more. */
  | { readonly type: 'cancel' }
  | { readonly type: 'settled'; readonly by: Receipt | Released }
  | { readonly type: 'finish'; readonly welcome: Welcome; readonly model: ContentHash }
  | { readonly type: 'refused'; readonly refusal: Refusal }
  /** The coordinator broke the protocol: close, and try again later. */
  | { readonly type: 'fault'; readonly detail: string };

export interface SessionStep {
  readonly state: SessionState;
  readonly effects: readonly SessionEffect[];
}

/** The first thing on a new connection. */
export function greet(device: string, held: Held): SessionStep {
  const holds = Object.values(held);
  const hello: DeviceMessage = { type: 'hello', protocol: PROTOCOL_VERSION, device, holds };
  return { state: { phase: 'greeting', held }, effects: [{ type: 'send', message: hello }] };
}

/** The session as a pure reducer. Blobs handed in were checked against their hash. */
export function step(state: SessionState, event: SessionEvent): SessionStep {
  if (state.phase === 'over') return { state, effects: [] };
  if (event.type === 'received') return receive(state, event.message);
  // The training that this event ends was cancelled already.
  if (state.phase !== 'training') return { state, effects: [] };
  const { task, ...rest } = state;
  const { round, model, plan, protection } = task;
  if (event.type === 'failed') {
    const decline: DeviceMessage = { type: 'decline', round, reason: event.reason };
    return { state: { ...rest, phase: 'waiting' }, effects: [{ type: 'send', message: decline }] };
  }
  const { data } = event;
  const contribution: DeviceMessage = {
    type: 'contribution',
    round,
    model,
    dtype: 'int32',
    shape: [protectedLength(plan, protection)],
    data,
  };
  return { state: { ...state, phase: 'reporting' }, effects: [{ type: 'send', message: contribution }] };
}

type Live = Exclude<SessionState, { phase: 'over' }>;
type Joined = Exclude<Live, { phase: 'greeting' }>;

function receive(state: Live, message: CoordinatorMessage): SessionStep {
  if (message.type === 'refusal') return over(state, { type: 'refused', refusal: message });
  if (message.type === 'blob') {
    return { state: { ...state, held: { ...state.held, [message.kind]: message.hash } }, effects: [] };
  }
  if (state.phase === 'greeting') {
    if (message.type !== 'welcome') return fault(state, `A ${message.type} came before the welcome.`);
    return {
      state: { phase: 'waiting', held: state.held, welcome: message, newestRound: -1 },
      effects: [{ type: 'joined', welcome: message }],
    };
  }
  switch (message.type) {
    case 'welcome':
      return fault(state, 'A second welcome came.');
    case 'task':
      return begin(state, message);
    case 'receipt':
    case 'released':
      return settle(state, message);
    case 'finished':
      return finish(state, message.model);
    default:
      return message satisfies never;
  }
}

function begin(state: Joined, task: TaskMessage): SessionStep {
  if (task.round < state.newestRound) return fault(state, `Round ${task.round} came after round ${state.newestRound}.`);
  const missing = missingBlob(state, task.model);
  if (missing !== undefined) return fault(state, missing);
  const { held, welcome } = state;
  return {
    state: { phase: 'training', held, welcome, newestRound: task.round, task },
    effects: [...cancelling(state), { type: 'train', welcome, task }],
  };
}

/** What belongs to the task at hand ends it; what belongs to an earlier one is only reported. */
function settle(state: Joined, by: Receipt | Released): SessionStep {
  const settled: SessionEffect = { type: 'settled', by };
  const atHand = state.phase === 'reporting' || (state.phase === 'training' && by.type === 'released');
  if (!atHand || state.task.round !== by.round) return { state, effects: [settled] };
  const { held, welcome, newestRound } = state;
  return { state: { phase: 'waiting', held, welcome, newestRound }, effects: [...cancelling(state), settled] };
}

function finish(state: Joined, model: ContentHash): SessionStep {
  const missing = missingBlob(state, model);
  return missing === undefined ? over(state, { type: 'finish', welcome: state.welcome, model }) : fault(state, missing);
}

function missingBlob({ held, welcome }: Joined, model: ContentHash): string | undefined {
  if (held.catalogue !== welcome.catalogue) return `The catalogue ${welcome.catalogue} was not sent.`;
  if (held.model !== model) return `The model ${model} was not sent.`;
  return undefined;
}

function over(state: Live, effect: SessionEffect): SessionStep {
  return { state: { phase: 'over' }, effects: [...cancelling(state), effect] };
}

function fault(state: Live, detail: string): SessionStep {
  return over(state, { type: 'fault', detail });
}

function cancelling(state: Live): SessionEffect[] {
  return state.phase === 'training' ? [{ type: 'cancel' }] : [];
}
