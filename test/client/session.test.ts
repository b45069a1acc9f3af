import { describe, expect, it } from 'vitest';
import { greet, type SessionEffect, type SessionEvent, type SessionState, step } from '../../client/session.ts';
import { CLIPPED } from '../../shared/privacy/protection.ts';
import {
  CONTRIBUTION_OUTCOMES,
  type CoordinatorMessage,
  PROTOCOL_VERSION,
  RELEASE_REASONS,
  type TaskMessage,
  type Welcome,
} from '../../shared/protocol/messages.ts';

const CATALOGUE = 'c'.repeat(64);
const MODEL = 'a'.repeat(64);
const OTHER_MODEL = 'b'.repeat(64);

const welcome: Welcome = {
  type: 'welcome',
  protocol: PROTOCOL_VERSION,
  run: 'run-1',
  learner: { name: 'popularity', options: {} },
  catalogue: CATALOGUE,
  pace: { reconnectMinMs: 1, reconnectMaxMs: 2 },
};

function task(round: number, model = MODEL): TaskMessage {
  return {
    type: 'task',
    round,
    model,
    plan: { phase: 'count', length: 3, clipNorm: 1.5, parameters: {} },
    protection: CLIPPED,
    timeLeftMs: 60_000,
  };
}

function blob(kind: 'catalogue' | 'model', hash: string): CoordinatorMessage {
  return { type: 'blob', kind, hash, data: Uint8Array.of(1) };
}

const answered: SessionEvent = { type: 'answered', data: new Uint8Array(12) };

/** Plays events from a fresh connection of a device that holds nothing. */
function play(...events: readonly (CoordinatorMessage | SessionEvent)[]): {
  state: SessionState;
  effects: SessionEffect[];
} {
  let { state } = greet('device-1', {});
  const effects: SessionEffect[] = [];
  for (const event of events) {
    const isLocal = event.type === 'answered' || event.type === 'failed';
    const next = step(state, isLocal ? event : { type: 'received', message: event as CoordinatorMessage });
    state = next.state;
    effects.push(...next.effects);
  }
  return { state, effects };
}

const joined = [blob('catalogue', CATALOGUE), welcome, blob('model', MODEL)] as const;

describe('a session', () => {
  it('says hello with the blobs that the device holds', () => {
    const held = { catalogue: CATALOGUE, model: MODEL };
    const { state, effects } = greet('device-1', held);
    expect(state).toEqual({ phase: 'greeting', held });
    expect(effects).toEqual([
      {
        type: 'send',
        message: { type: 'hello', protocol: PROTOCOL_VERSION, device: 'device-1', holds: [CATALOGUE, MODEL] },
      },
    ]);
  });

  it('trains for a task and sends what came of it, with the round, the model and the length of the plan', () => {
    const { state, effects } = play(...joined, task(4), answered);
    expect(state.phase).toBe('reporting');
    expect(effects).toEqual([
      { type: 'joined', welcome },
      { type: 'train', welcome, task: task(4) },
      {
        type: 'send',
        message: {
          type: 'contribution',
          round: 4,
          model: MODEL,
          dtype: 'int32',
          shape: [3],
          data: new Uint8Array(12),
        },
      },
    ]);
  });

  it('declines a task that it failed at, and waits for the next', () => {
    const { state, effects } = play(...joined, task(4), { type: 'failed', reason: 'failed' });
    expect(state.phase).toBe('waiting');
    expect(effects.at(-1)).toEqual({ type: 'send', message: { type: 'decline', round: 4, reason: 'failed' } });
    expect(step(state, { type: 'received', message: task(5) }).state.phase).toBe('training');
  });

  it.each(CONTRIBUTION_OUTCOMES)('waits again after the receipt "%s"', outcome => {
    const receipt: CoordinatorMessage = { type: 'receipt', round: 4, outcome };
    const { state, effects } = play(...joined, task(4), answered, receipt);
    expect(state.phase).toBe('waiting');
    expect(effects.at(-1)).toEqual({ type: 'settled', by: receipt });
  });

  it.each(RELEASE_REASONS)('drops its training when it is released: "%s"', reason => {
    const released: CoordinatorMessage = { type: 'released', round: 4, reason };
    const { state, effects } = play(...joined, task(4), released);
    expect(state.phase).toBe('waiting');
    expect(effects.slice(-2)).toEqual([{ type: 'cancel' }, { type: 'settled', by: released }]);
    expect(step(state, answered)).toEqual({ state, effects: [] });
  });

  it('waits again when a release and its contribution cross, and bears the receipt that follows', () => {
    const released: CoordinatorMessage = { type: 'released', round: 4, reason: 'enough' };
    const late: CoordinatorMessage = { type: 'receipt', round: 4, outcome: 'late' };
    expect(play(...joined, task(4), answered, released).state.phase).toBe('waiting');
    expect(play(...joined, task(4), answered, released, late).state.phase).toBe('waiting');
    const next = play(...joined, task(4), answered, released, task(5), late);
    expect(next.state.phase).toBe('training');
    expect(next.effects.at(-1)).toEqual({ type: 'settled', by: late });
  });

  it('only reports receipts and releases of rounds that are not at hand', () => {
    const stale: CoordinatorMessage = { type: 'receipt', round: 3, outcome: 'stale' };
    const old: CoordinatorMessage = { type: 'released', round: 3, reason: 'deadline' };
    const { state, effects } = play(...joined, task(4), stale, old, answered, stale, old);
    expect(state.phase).toBe('reporting');
    expect(effects.some(effect => effect.type === 'cancel')).toBe(false);
    expect(effects.filter(effect => effect.type === 'settled')).toHaveLength(4);
  });

  it('takes a new task in place of the one at hand', () => {
    const { state, effects } = play(...joined, task(4), blob('model', OTHER_MODEL), task(5, OTHER_MODEL));
    expect(state).toMatchObject({ phase: 'training', task: { round: 5 } });
    expect(effects.slice(-2)).toEqual([{ type: 'cancel' }, { type: 'train', welcome, task: task(5, OTHER_MODEL) }]);
  });

  it('ends when training is over', () => {
    const { state, effects } = play(...joined, { type: 'finished', model: MODEL });
    expect(state.phase).toBe('over');
    expect(effects.at(-1)).toEqual({ type: 'finish', welcome, model: MODEL });
  });

  it('ends, and drops its training, when it is refused, in whatever phase', () => {
    const refusal: CoordinatorMessage = { type: 'refusal', code: 'shutting_down', message: 'Later.', retryAfterMs: 5 };
    for (const before of [[], joined, [...joined, task(4)], [...joined, task(4), answered]]) {
      const { state, effects } = play(...before, refusal);
      expect(state.phase).toBe('over');
      expect(effects.at(-1)).toEqual({ type: 'refused', refusal });
    }
    expect(play(...joined, task(4), refusal).effects).toContainEqual({ type: 'cancel' });
  });

  it.each<[string, readonly CoordinatorMessage[]]>([
    ['a task before the welcome', [task(1)]],
    ['a receipt before the welcome', [{ type: 'receipt', round: 1, outcome: 'counted' }]],
    ['the end before the welcome', [{ type: 'finished', model: MODEL }]],
    ['a second welcome', [...joined, welcome]],
    ['a task without its model', [...joined, task(1, OTHER_MODEL)]],
    ['a task without the catalogue', [welcome, blob('model', MODEL), task(1)]],
    ['the end without the final model', [...joined, { type: 'finished', model: OTHER_MODEL }]],
    ['a round that goes backwards', [...joined, task(5), task(4)]],
  ])('finds fault with %s', (_, messages) => {
    const { state, effects } = play(...messages);
    expect(state.phase).toBe('over');
    expect(effects.at(-1)).toMatchObject({ type: 'fault' });
  });

  it('does nothing more once it is over', () => {
    const { state } = play(...joined, { type: 'finished', model: MODEL });
    for (const event of [answered, { type: 'received', message: task(9) }] as const) {
      expect(step(state, event)).toEqual({ state, effects: [] });
    }
  });
});
