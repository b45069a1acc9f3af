import { describe, expect, test } from 'vitest';
import { reduce, startRound } from '../../../server/round/reduce.ts';
import type { RoundEffect, RoundEvent, RoundState } from '../../../server/round/round.ts';
import { compileRoundOptions } from '../../../server/round/settings.ts';
import { dense } from '../../../shared/aggregation/contribution.ts';
import { IntegerSum } from '../../../shared/aggregation/integer-sum.ts';

const settings = compileRoundOptions({ goal: 3, minimum: 2, overSelection: 1.3, recruitMs: 100, trainMs: 1000 });
const spec = { round: 5, model: 'model', length: 2, settings };
const vector = dense(Int32Array.of(1, -1));
const COHORT = ['a', 'b', 'c', 'd'];

const contribution = (device: string, fields: object = {}): RoundEvent => {
  return { type: 'contribution', device, round: 5, model: 'model', vector, ...fields };
};

/** The state after the events, and the effects of the last one. */
function play(...events: RoundEvent[]): { state: RoundState; effects: readonly RoundEffect[] } {
  return events.reduce<{ state: RoundState; effects: readonly RoundEffect[] }>(
    ({ state }, event) => reduce(state, event),
    startRound(spec, 0),
  );
}

/** The same, from the moment that the cohort is asked. */
function train(...events: RoundEvent[]) {
  return play({ type: 'available', count: 4 }, { type: 'selected', devices: COHORT, nowMs: 20 }, ...events);
}

const answer = (device: string, outcome: string) => ({ type: 'answer', device, round: 5, outcome });

describe('recruiting', () => {
  test('starts with its deadline', () => {
    expect(startRound(spec, 7).effects).toEqual([{ type: 'wake', atMs: 107 }]);
  });

  test('selects as soon as enough are ready, and once', () => {
    expect(play({ type: 'available', count: 3 }).effects).toEqual([]);
    expect(play({ type: 'available', count: 4 }).effects).toEqual([{ type: 'select', count: 4 }]);
    expect(play({ type: 'available', count: 9 }, { type: 'available', count: 9 }).effects).toEqual([]);
  });

  test('makes do at its deadline with the minimum, and no sooner', () => {
    const few: RoundEvent = { type: 'available', count: 2 };
    expect(play(few, { type: 'tick', nowMs: 99.9 }).effects).toEqual([]);
    expect(play(few, { type: 'tick', nowMs: 100 }).effects).toEqual([{ type: 'select', count: 2 }]);
  });

  test('gives up at its deadline below the minimum', () => {
    const { state, effects } = play({ type: 'available', count: 1 }, { type: 'tick', nowMs: 100 });
    expect(state).toMatchObject({ phase: 'abandoned', reason: 'too_few_ready' });
    expect(effects).toEqual([{ type: 'close' }]);
  });

  test('gives up when fewer than the minimum could be selected after all', () => {
    const { state } = play({ type: 'available', count: 4 }, { type: 'selected', devices: ['a'], nowMs: 0 });
    expect(state).toMatchObject({ phase: 'abandoned', reason: 'too_few_ready' });
  });

  test('asks the selected devices and sets their deadline', () => {
    expect(train().effects).toEqual([
      { type: 'wake', atMs: 1020 },
      { type: 'ask', devices: COHORT, deadlineAtMs: 1020 },
    ]);
  });
});

describe('training', () => {
  test('counts a contribution', () => {
    expect(train(contribution('a')).effects).toEqual([{ type: 'count', vector }, answer('a', 'counted')]);
  });

  test.each([
    ['duplicate', [contribution('a')], contribution('a')],
    ['stale', [], contribution('a', { model: 'another' })],
    ['stale', [], contribution('a', { vector: dense(Int32Array.of(1)) })],
    ['unasked', [], contribution('z')],
    ['late', [{ type: 'declined', device: 'a', round: 5 }], contribution('a')],
    ['late', [{ type: 'left', device: 'a' }], contribution('a')],
    ['late', [contribution('a', { model: 'another' })], contribution('a')],
    ['duplicate', [contribution('a'), { type: 'left', device: 'a' }], contribution('a')],
  ] as [string, RoundEvent[], RoundEvent][])('answers %s', (outcome, before, event) => {
    const device = event.type === 'contribution' ? event.device : '';
    expect(train(...before, event).effects).toEqual([answer(device, outcome)]);
  });

  test('a contribution to another round is stale, and its device is still waited for', () => {
    const { state, effects } = train(contribution('a', { round: 4 }));
    expect(effects).toEqual([{ type: 'answer', device: 'a', round: 4, outcome: 'stale' }]);
    expect(state.roster.standing('a')).toBe('pending');
  });

  test('a refusal to take part in another round changes nothing', () => {
    expect(train({ type: 'declined', device: 'a', round: 4 }).state.roster.standing('a')).toBe('pending');
  });

  test('folds at the goal and releases the rest', () => {
    const { state, effects } = train(contribution('c'), contribution('a'), contribution('d'));
    expect(state.phase).toBe('folding');
    expect(effects).toEqual([
      { type: 'count', vector },
      answer('d', 'counted'),
      { type: 'release', devices: ['b'], reason: 'enough' },
      { type: 'fold' },
    ]);
  });

  test('folds what it has when nobody is pending any more', () => {
    const gone: RoundEvent[] = [
      { type: 'left', device: 'd' },
      { type: 'declined', device: 'c', round: 5 },
    ];
    expect(train(contribution('a'), ...gone, contribution('b')).effects.at(-1)).toEqual({ type: 'fold' });
    expect(train(contribution('a'), contribution('b'), ...gone).effects).toEqual([{ type: 'fold' }]);
  });

  test('folds the minimum at the deadline', () => {
    const { effects } = train(contribution('a'), contribution('c'), { type: 'tick', nowMs: 1020 });
    expect(effects).toEqual([{ type: 'release', devices: ['b', 'd'], reason: 'deadline' }, { type: 'fold' }]);
  });

  test('is abandoned at the deadline below the minimum', () => {
    const { state, effects } = train(contribution('a'), { type: 'tick', nowMs: 1020 });
    expect(state).toMatchObject({ phase: 'abandoned', reason: 'too_few_in_time' });
    expect(effects).toEqual([{ type: 'release', devices: ['b', 'c', 'd'], reason: 'abandoned' }, { type: 'close' }]);
  });

  test('is abandoned as soon as the minimum is out of reach', () => {
    const { state, effects } = train(
      { type: 'left', device: 'a' },
      { type: 'left', device: 'b' },
      { type: 'declined', device: 'c', round: 5 },
    );
    expect(state).toMatchObject({ phase: 'abandoned', reason: 'too_few_left' });
    expect(effects).toEqual([{ type: 'release', devices: ['d'], reason: 'abandoned' }, { type: 'close' }]);
  });

  test('is abandoned when cancelled', () => {
    const { state, effects } = train(contribution('a'), { type: 'cancel' });
    expect(state).toMatchObject({ phase: 'abandoned', reason: 'cancelled' });
    expect(effects.map(({ type }) => type)).toEqual(['release', 'close']);
  });
});

describe('after training', () => {
  const folding = [contribution('a'), contribution('b'), contribution('c')];

  test('a fold ends the round, well or not', () => {
    expect(train(...folding, { type: 'folded' })).toMatchObject({
      state: { phase: 'done' },
      effects: [{ type: 'close' }],
    });
    expect(train(...folding, { type: 'foldFailed' })).toMatchObject({
      state: { phase: 'abandoned', reason: 'fold_failed' },
      effects: [{ type: 'close' }],
    });
  });

  test('a fold that has begun is not cancelled', () => {
    expect(train(...folding, { type: 'cancel' })).toMatchObject({ state: { phase: 'folding' }, effects: [] });
  });

  test.each([
    ['folding', folding],
    ['done', [...folding, { type: 'folded' }]],
    ['abandoned', [...folding.slice(0, 1), { type: 'cancel' }]],
  ] as [string, RoundEvent[]][])('contributions are answered: %s', (phase, events) => {
    const { state } = train(...events);
    expect(state.phase).toBe(phase);
    expect(reduce(state, contribution('d')).effects).toEqual([answer('d', 'late')]);
    expect(reduce(state, contribution('a')).effects).toEqual([answer('a', 'duplicate')]);
    expect(reduce(state, contribution('z')).effects).toEqual([answer('z', 'unasked')]);
    expect(reduce(state, contribution('d', { round: 6 })).effects).toMatchObject([{ round: 6, outcome: 'stale' }]);
  });
});

const answerAll = (devices: readonly string[], outcome: string) => ({ type: 'answerAll', devices, round: 5, outcome });

describe('contributions that were added up where they came from', () => {
  const sumOf = (count: number, length = 2): IntegerSum => {
    const sum = new IntegerSum(length);
    for (let n = 0; n < count; n++) sum.add(dense(Int32Array.from({ length }, () => 1)));
    return sum;
  };
  const together = (devices: string[], fields: object = {}): RoundEvent => {
    return { type: 'contributions', devices, round: 5, model: 'model', sum: sumOf(devices.length), ...fields };
  };

  test('count at once, and fold the round when they are enough', () => {
    const two = train(together(['b', 'd']));
    expect(two.state.roster.tally).toMatchObject({ counted: 2, pending: 2 });
    expect(two.effects).toEqual([{ type: 'merge', sum: sumOf(2) }, answerAll(['b', 'd'], 'counted')]);
    const three = train(contribution('a'), together(['b', 'd']));
    expect(three.state.phase).toBe('folding');
    expect(three.effects).toContainEqual({ type: 'release', devices: ['c'], reason: 'enough' });
  });

  test.each([
    ['one of them was not asked', ['a', 'e'], {}, 'unasked'],
    ['one of them has contributed', ['a', 'b'], {}, 'unasked'],
    ['they are more than the round wants', ['b', 'c', 'd'], {}, 'unasked'],
    ['the sum holds another number of contributions', ['b', 'c'], { sum: sumOf(1) }, 'unasked'],
    ['the sum has another length', ['b', 'c'], { sum: sumOf(2, 3) }, 'unasked'],
    ['the round is another one', ['b', 'c'], { round: 4 }, 'stale'],
    ['the model is another one', ['b', 'c'], { model: 'older' }, 'stale'],
  ])('are left out as a whole if %s', (_, devices, fields, outcome) => {
    const before = train(contribution('a'));
    const { state, effects } = reduce(before.state, together(devices, fields));
    expect(state).toBe(before.state);
    const round = (fields as { round?: number }).round ?? 5;
    expect(effects).toEqual([{ ...answerAll(devices, outcome), round }]);
  });

  test('are late when the round is over', () => {
    const over = train(together(['a', 'b', 'c']), { type: 'folded' });
    expect(reduce(over.state, together(['d'])).effects).toEqual([answerAll(['d'], 'late')]);
  });

  test('of the whole cohort count once', () => {
    const spare = { ...spec, settings: { ...settings, goal: 4 } };
    const events: RoundEvent[] = [
      { type: 'available', count: 4 },
      { type: 'selected', devices: COHORT, nowMs: 20 },
    ];
    let state: RoundState = startRound(spare, 0).state;
    for (const event of events) state = reduce(state, event).state;
    const { devices } = state.roster;
    const whole = reduce(state, together([], { devices, sum: sumOf(4) }));
    expect(whole.state).toMatchObject({ phase: 'folding', roster: { tally: { counted: 4, pending: 0 } } });
    expect(devices.map(device => whole.state.roster.standing(device))).toEqual(COHORT.map(() => 'counted'));
    const some = reduce(reduce(state, contribution('a')).state, together([], { devices, sum: sumOf(4) }));
    expect(some.effects).toEqual([answerAll(devices, 'unasked')]);
  });
});
