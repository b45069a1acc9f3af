import type { IntegerContribution } from '../shared/aggregation/contribution.ts';
import { IntegerSum } from '../shared/aggregation/integer-sum.ts';
import { type ContentHash, contentHash } from '../shared/hash.ts';
import type { Learner, LearnerState, RoundPlan } from '../shared/learners/learner.ts';
import type { Model } from '../shared/model.ts';
import { protectedLength } from '../shared/privacy/protection.ts';
import type { Random } from '../shared/random/random.ts';
import { encodeSafetensors } from '../shared/safetensors.ts';
import type { Clock } from './clock.ts';
import { Cohorts } from './cohort.ts';
import { CoordinatorStateError, LearnerFailedError, RoundsAbandonedError } from './errors.ts';
import type { DeviceEvents, Fleet, PublishedModel } from './fleet.ts';
import { BudgetExhaustedError } from './privacy/ledger.ts';
import { type ProtectedPlan, type RunPrivacy, unprotected } from './privacy/run-privacy.ts';
import { noAnswers, type RoundProgress, type RoundRecord, recordOf } from './round/record.ts';
import { reduce, startRound } from './round/reduce.ts';
import type { RoundEffect, RoundEvent, Step } from './round/round.ts';
import type { RoundSettings } from './round/settings.ts';

export interface CoordinatorOptions {
  readonly learner: Learner;
  readonly settings: RoundSettings;
  /** How contributions and sums are protected and what that costs; without noise if left out. */
  readonly privacy?: RunPrivacy;
  readonly fleet: Fleet;
  readonly clock: Clock;
  /** An independent stream for each round and purpose: `cohort` in each round, `init` in round 0. */
  readonly random: (round: number, purpose: string) => Random;
  /** Where to go on from; the learner's initial state if left out. */
  readonly state?: LearnerState;
  /** Called when a round is over; the coordinator's `state` and `published` are already those after it. */
  readonly onRound?: (record: RoundRecord) => void;
}

/** How a run ended, if it did not fail. */
export interface Outcome {
  /** `finished`: the learner had no more rounds. `stopped`: `stop` was called. `budget`: no more could be afforded. */
  readonly ending: 'finished' | 'stopped' | 'budget';
  /** Says what to do about it, where the budget ended the run. */
  readonly budget?: BudgetExhaustedError;
  readonly state: LearnerState;
  readonly published: PublishedModel;
}

/**
 * ```
 * new ──start──▶ running ──▶ finished | failed
 *  └──── stop ───────┴─────▶ stopped
 * ```
 */
type Status = 'new' | 'running' | 'finished' | 'stopped' | 'failed';

/** What the coordinator has in hand: a round's effects, and its own steps between rounds. */
type Job = Exclude<RoundEffect, { type: 'count' | 'merge' }> | { readonly type: 'begin' } | { readonly type: 'settle' };

interface ActiveRound extends RoundProgress, ProtectedPlan {
  readonly sum: IntegerSum;
}

/**
 * Trains a learner round by round with the devices of a fleet: drives the round's reducer with what the fleet and the
 * clock report, and carries its effects out.
 *
 * An event changes the round at once, and a counted vector is added at once and not kept; all other effects wait in one
 * queue until those before them are done. So a fleet may call back while it is called, from `ask` say, and the stack
 * does not grow with devices or rounds. A fleet that answers inside `ask` makes the whole run happen inside `start`;
 * one that wants to yield between rounds notes in `ask` what to do, and does it from a loop of its own.
 *
 * Receipts and releases of a round reach the fleet before `ready` is read for the next one: a device that they free can
 * be asked again at once.
 */
export class Coordinator implements DeviceEvents {
  /**
   * Resolves when the run has ended. Rejects with RoundsAbandonedError, LearnerFailedError, or what the fleet or
   * `onRound` threw.
   */
  readonly finished: Promise<Outcome>;
  readonly #options: CoordinatorOptions;
  readonly #privacy: RunPrivacy;
  readonly #cohorts: Cohorts;
  readonly #settle: (outcome: Outcome) => void;
  readonly #reject: (error: unknown) => void;
  #status: Status = 'new';
  #state: LearnerState;
  #published: PublishedModel;
  /** The latest round, over or not: it answers contributions until the next one begins. */
  #round: ActiveRound | undefined;
  #roundNumber: number;
  #abandonedInRow = 0;
  /** What ended the run, where it was that the next round could not be afforded. */
  #budget: BudgetExhaustedError | undefined;
  #answers = noAnswers();
  #jobs: Job[] = [];
  #working = false;
  #cancelTimer = (): void => {};

  constructor(options: CoordinatorOptions) {
    this.#options = options;
    this.#privacy = options.privacy ?? unprotected(options.learner, options.settings.expected);
    this.#cohorts = new Cohorts(this.#privacy.schedule);
    this.#state = options.state ?? options.learner.init(options.random(0, 'init'));
    this.#published = publish(this.#state.model);
    this.#roundNumber = this.#state.round;
    let settle!: (outcome: Outcome) => void;
    let reject!: (error: unknown) => void;
    this.finished = new Promise((onSettled, onFailed) => {
      settle = onSettled;
      reject = onFailed;
    });
    this.#settle = settle;
    this.#reject = reject;
    // A run may fail before anybody awaits `finished`; that must not end the process.
    this.finished.catch(() => {});
  }

  /** The learner's state after the last fold. */
  get state(): LearnerState {
    return this.#state;
  }

  /** The model that devices are sent now. */
  get published(): PublishedModel {
    return this.#published;
  }

  start(): void {
    if (this.#status !== 'new') {
      throw new CoordinatorStateError(`A coordinator starts once, and this one is ${this.#status}. Make a new one.`);
    }
    this.#status = 'running';
    this.#do({ type: 'begin' });
  }

  /** Ends the run: abandons the round, if one goes on, and releases its devices. The fleet is left to its owner. */
  stop(): void {
    if (this.#status !== 'new' && this.#status !== 'running') return;
    this.#end('stopped');
    this.#do({ type: 'settle' });
  }

  readyChanged(): void {
    if (this.#round?.state.phase !== 'recruiting') return;
    const eligible = this.#cohorts.eligible(this.#options.fleet.ready(), this.#state.round);
    this.#dispatch({ type: 'available', count: eligible.length });
  }

  contributed(device: string, contribution: { round: number; model: ContentHash; vector: IntegerContribution }): void {
    if (this.#round === undefined) this.#do({ type: 'answer', device, round: contribution.round, outcome: 'stale' });
    else this.#dispatch({ type: 'contribution', device, ...contribution });
  }

  /**
   * Contributions of several asked devices, each of the round's length and bounded, added up where they came from: counted
   * as a whole, or, if any of the devices may not contribute or they are more than the round still wants, not at all.
   */
  contributedTogether(
    devices: readonly string[],
    contribution: { round: number; model: ContentHash; sum: IntegerSum },
  ): void {
    this.#dispatch({ type: 'contributions', devices, ...contribution });
  }

  declined(device: string, round: number): void {
    this.#dispatch({ type: 'declined', device, round });
  }

  left(device: string): void {
    this.#dispatch({ type: 'left', device });
  }

  #dispatch(event: RoundEvent): void {
    if (this.#round !== undefined) this.#take(this.#round, reduce(this.#round.state, event));
  }

  #take(round: ActiveRound, { state, effects }: Step): void {
    round.state = state;
    for (const effect of effects) {
      if (effect.type === 'count') round.sum.add(effect.vector);
      else if (effect.type === 'merge') round.sum.merge(effect.sum);
      else this.#jobs.push(effect);
    }
    this.#work();
  }

  #do(job: Job): void {
    this.#jobs.push(job);
    this.#work();
  }

  #work(): void {
    if (this.#working) return;
    this.#working = true;
    while (this.#jobs.length > 0) {
      const jobs = this.#jobs;
      this.#jobs = [];
      for (const job of jobs) {
        try {
          this.#perform(job);
        } catch (error) {
          this.#fail(error);
        }
      }
    }
    this.#working = false;
  }

  #perform(job: Job): void {
    const { fleet, clock, random } = this.#options;
    const round = this.#round!;
    switch (job.type) {
      case 'begin':
        this.#begin();
        break;
      case 'wake':
        this.#setTimer(job.atMs, () => this.#dispatch({ type: 'tick', nowMs: clock.now() }));
        break;
      case 'select': {
        const release = this.#state.round;
        const eligible = this.#cohorts.eligible(fleet.ready(), release);
        const devices = this.#cohorts.choose(eligible, job.count, release, random(this.#roundNumber, 'cohort'));
        this.#dispatch({ type: 'selected', devices, nowMs: clock.now() });
        break;
      }
      case 'ask': {
        const { plan, protection } = round;
        const { devices, deadlineAtMs } = job;
        this.#privacy.charge('ask', this.#roundNumber, round.learnerRound, plan);
        round.trainingAtMs = clock.now();
        fleet.ask(devices, { round: this.#roundNumber, plan, protection, published: this.#published, deadlineAtMs });
        break;
      }
      case 'answer':
        this.#answers[job.outcome]++;
        fleet.receipt(job.device, job.round, job.outcome);
        break;
      case 'answerAll':
        this.#answers[job.outcome] += job.devices.length;
        for (const device of job.devices) fleet.receipt(device, job.round, job.outcome);
        break;
      case 'release':
        fleet.release(job.devices, this.#roundNumber, job.reason);
        break;
      case 'fold':
        this.#fold(round);
        break;
      case 'close':
        this.#close(round);
        break;
      case 'settle':
        this.#settle({
          ending: this.#budget ? 'budget' : this.#status === 'stopped' ? 'stopped' : 'finished',
          state: this.#state,
          published: this.#published,
          ...(this.#budget && { budget: this.#budget }),
        });
        break;
    }
  }

  #begin(): void {
    if (this.#status !== 'running') return;
    const { learner, settings, fleet, clock } = this.#options;
    let plan: RoundPlan | undefined;
    try {
      plan = learner.plan(this.#state);
    } catch (cause) {
      throw new LearnerFailedError(learner.name, 'plan', this.#state.round, cause);
    }
    const protectedPlan = plan && this.#admitted(plan);
    if (protectedPlan === undefined) {
      fleet.finish(this.#published);
      this.#end('finished');
      this.#do({ type: 'settle' });
      return;
    }
    this.#roundNumber++;
    const length = protectedLength(protectedPlan.plan, protectedPlan.protection);
    const spec = { round: this.#roundNumber, model: this.#published.hash, length, settings };
    const startedAtMs = clock.now();
    const step = startRound(spec, startedAtMs);
    const learnerRound = this.#state.round;
    this.#round = { state: step.state, ...protectedPlan, learnerRound, startedAtMs, sum: new IntegerSum(length) };
    this.#take(this.#round, step);
    this.readyChanged();
  }

  /** The next round as it is asked for; undefined if it cannot be afforded. */
  #admitted(plan: RoundPlan): ProtectedPlan | undefined {
    try {
      return this.#privacy.admit(this.#roundNumber + 1, this.#state.round, plan);
    } catch (error) {
      if (!(error instanceof BudgetExhaustedError)) throw error;
      this.#budget = error;
      return undefined;
    }
  }

  #fold(round: ActiveRound): void {
    const { learner, settings, clock } = this.#options;
    const { plan, sum } = round;
    round.foldingAtMs = clock.now();
    try {
      // Charge, then release: the sum is complete, and nothing of it has been used before.
      this.#privacy.charge('release', this.#roundNumber, round.learnerRound, plan);
      const release = this.#privacy.release(this.#roundNumber, round, sum);
      const state = learner.fold(this.#state, plan, { ...release, expectedContributions: settings.expected });
      this.#published = publish(state.model);
      this.#state = state;
    } catch (cause) {
      this.#dispatch({ type: 'foldFailed' });
      throw new LearnerFailedError(learner.name, 'fold', round.learnerRound, cause);
    }
    this.#dispatch({ type: 'folded' });
  }

  #close(round: ActiveRound): void {
    const { settings, clock, onRound } = this.#options;
    const { state } = round;
    const answers = this.#answers;
    this.#answers = noAnswers();
    onRound?.(recordOf(round, answers, clock.now(), this.#published.hash));
    if (this.#status !== 'running') return;
    if (state.phase !== 'abandoned') {
      this.#abandonedInRow = 0;
      this.#do({ type: 'begin' });
      return;
    }
    this.#abandonedInRow++;
    if (this.#abandonedInRow > settings.maxAbandoned) {
      throw new RoundsAbandonedError(state.spec.round, state.reason, this.#abandonedInRow);
    }
    this.#setTimer(clock.now() + settings.retryMs, () => this.#do({ type: 'begin' }));
  }

  /** The error that ended the run is the one reported; those that follow from it are not. */
  #fail(error: unknown): void {
    this.#reject(error);
    if (this.#status === 'new' || this.#status === 'running') this.#end('failed');
  }

  #end(status: 'finished' | 'stopped' | 'failed'): void {
    this.#status = status;
    this.#cancelTimer();
    this.#dispatch({ type: 'cancel' });
  }

  /** One timer is enough: a round has one deadline at a time, and between rounds there is only the retry. */
  #setTimer(atMs: number, run: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.clock.setTimer(atMs, run);
  }
}

function publish(model: Model): PublishedModel {
  const bytes = encodeSafetensors(model);
  return { model, hash: contentHash(bytes), bytes };
}
