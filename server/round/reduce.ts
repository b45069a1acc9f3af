import type { ContributionOutcome, ReleaseReason } from '../../shared/protocol/messages.ts';
import { Roster } from './roster.ts';
import type {
  AbandonReason,
  Folding,
  Recruiting,
  RoundEffect,
  RoundEvent,
  RoundSpec,
  RoundState,
  Step,
  Training,
} from './round.ts';

type EventOf<Type extends RoundEvent['type']> = Extract<RoundEvent, { type: Type }>;

const NO_EFFECTS: readonly RoundEffect[] = [];

/** A new round, and its first deadline. */
export function startRound(spec: RoundSpec, nowMs: number): Step<Recruiting> {
  const deadlineAtMs = nowMs + spec.settings.recruitMs;
  return {
    state: { phase: 'recruiting', spec, roster: Roster.EMPTY, available: 0, selecting: false, deadlineAtMs },
    effects: [{ type: 'wake', atMs: deadlineAtMs }],
  };
}

/**
 * The round after an event, and what is to be done about it. Pure: states are never changed, and sharing makes a step
 * cheap in a large cohort. It never throws; an event that does not fit the phase changes nothing.
 */
export function reduce(state: RoundState, event: RoundEvent): Step {
  switch (event.type) {
    case 'available':
      return state.phase === 'recruiting' ? available(state, event.count) : stay(state);
    case 'selected':
      return state.phase === 'recruiting' && state.selecting ? selected(state, event) : stay(state);
    case 'contribution':
      return contribution(state, event);
    case 'contributions':
      return contributions(state, event);
    case 'declined':
      return event.round === state.spec.round ? withdraw(state, event.device, 'declined') : stay(state);
    case 'left':
      return withdraw(state, event.device, 'left');
    case 'tick':
      return tick(state, event.nowMs);
    case 'folded':
      return state.phase === 'folding'
        ? { state: { ...state, phase: 'done' }, effects: [{ type: 'close' }] }
        : stay(state);
    case 'foldFailed':
      return state.phase === 'folding' ? abandon(state, 'fold_failed') : stay(state);
    case 'cancel':
      return state.phase === 'recruiting' || state.phase === 'training' ? abandon(state, 'cancelled') : stay(state);
  }
  return event satisfies never;
}

function available(state: Recruiting, count: number): Step {
  const { asked } = state.spec.settings;
  const next = { ...state, available: count };
  return count >= asked && !state.selecting ? select(next, asked) : stay(next);
}

function selected(state: Recruiting, { devices, nowMs }: EventOf<'selected'>): Step {
  const { spec } = state;
  const roster = Roster.of(devices);
  if (roster.devices.length < spec.settings.minimum) return abandon(state, 'too_few_ready');
  const deadlineAtMs = nowMs + spec.settings.trainMs;
  const training: Training = { phase: 'training', spec, roster, deadlineAtMs };
  if (roster.devices.length === 0) return fold(training, NO_EFFECTS, 'enough');
  return {
    state: training,
    effects: [
      { type: 'wake', atMs: deadlineAtMs },
      { type: 'ask', devices: roster.devices, deadlineAtMs },
    ],
  };
}

function contribution(state: RoundState, event: EventOf<'contribution'>): Step {
  const { spec, roster } = state;
  const { device, round, vector } = event;
  const answer = (outcome: ContributionOutcome): RoundEffect => ({ type: 'answer', device, round, outcome });
  if (round !== spec.round) return { state, effects: [answer('stale')] };
  const standing = roster.standing(device);
  if (standing === undefined) return { state, effects: [answer('unasked')] };
  if (standing === 'counted') return { state, effects: [answer('duplicate')] };
  if (standing !== 'pending' || state.phase !== 'training') return { state, effects: [answer('late')] };
  if (event.model !== spec.model || vector.length !== spec.length) {
    return decide({ ...state, roster: roster.settle(device, 'refused') }, [answer('stale')]);
  }
  return decide({ ...state, roster: roster.settle(device, 'counted') }, [{ type: 'count', vector }, answer('counted')]);
}

/** Counted as a whole or not at all, since a sum cannot be taken apart. */
function contributions(state: RoundState, { devices, round, model, sum }: EventOf<'contributions'>): Step {
  const { spec, roster } = state;
  const answer = (outcome: ContributionOutcome): RoundEffect => ({ type: 'answerAll', devices, round, outcome });
  if (round !== spec.round || model !== spec.model) return { state, effects: [answer('stale')] };
  if (state.phase !== 'training') return { state, effects: [answer('late')] };
  const wanted = spec.settings.goal - roster.tally.counted;
  const fits = sum.totals.length === spec.length && sum.count === devices.length && devices.length <= wanted;
  if (!fits || !roster.allPending(devices)) return { state, effects: [answer('unasked')] };
  return decide({ ...state, roster: roster.settleAll(devices, 'counted') }, [
    { type: 'merge', sum },
    answer('counted'),
  ]);
}

function withdraw(state: RoundState, device: string, standing: 'declined' | 'left'): Step {
  const { roster } = state;
  if (state.phase !== 'training' || roster.standing(device) !== 'pending') return stay(state);
  return decide({ ...state, roster: roster.settle(device, standing) }, NO_EFFECTS);
}

function tick(state: RoundState, nowMs: number): Step {
  if (state.phase !== 'recruiting' && state.phase !== 'training') return stay(state);
  if (nowMs < state.deadlineAtMs) return stay(state);
  const { minimum, asked } = state.spec.settings;
  if (state.phase === 'training') {
    return state.roster.tally.counted >= minimum
      ? fold(state, NO_EFFECTS, 'deadline')
      : abandon(state, 'too_few_in_time');
  }
  if (state.selecting) return stay(state);
  return state.available >= minimum ? select(state, Math.min(state.available, asked)) : abandon(state, 'too_few_ready');
}

/** Whether training is over now that a device's standing changed. */
function decide(state: Training, effects: readonly RoundEffect[]): Step {
  const { goal, minimum } = state.spec.settings;
  const { counted, pending } = state.roster.tally;
  if (counted >= goal || (pending === 0 && counted >= minimum)) return fold(state, effects, 'enough');
  if (counted + pending < minimum) return abandon(state, 'too_few_left', effects);
  return { state, effects };
}

function select(state: Recruiting, count: number): Step {
  return { state: { ...state, selecting: true }, effects: [{ type: 'select', count }] };
}

function fold({ spec, roster }: Training, effects: readonly RoundEffect[], reason: ReleaseReason): Step {
  return {
    state: { phase: 'folding', spec, roster },
    effects: [...effects, ...release(roster, reason), { type: 'fold' }],
  };
}

/** After a failed fold nobody is waited for any more: those who were pending are released already. */
function abandon(
  { phase, spec, roster }: Recruiting | Training | Folding,
  reason: AbandonReason,
  effects: readonly RoundEffect[] = NO_EFFECTS,
): Step {
  return {
    state: { phase: 'abandoned', spec, roster, reason },
    effects: [...effects, ...(phase === 'training' ? release(roster, 'abandoned') : []), { type: 'close' }],
  };
}

function release(roster: Roster, reason: ReleaseReason): RoundEffect[] {
  return roster.tally.pending === 0 ? [] : [{ type: 'release', devices: roster.pending(), reason }];
}

function stay(state: RoundState): Step {
  return { state, effects: NO_EFFECTS };
}
