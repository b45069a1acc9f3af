import { setImmediate } from 'node:timers/promises';
import type { VirtualClock } from '../../server/clock.ts';
import type { Coordinator } from '../../server/coordinator.ts';
import type { DeviceList, Fleet, PublishedModel, Task } from '../../server/fleet.ts';
import type { RoundSettings } from '../../server/round/settings.ts';
import { dense } from '../../shared/aggregation/contribution.ts';
import type { Random } from '../../shared/random/random.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import type { MemoryFleetEvents } from '../simulate/memory-fleet.ts';
import type { SortedIds } from '../simulate/sorted-ids.ts';
import type { WireMeter } from '../simulate/wire-meter.ts';
import type { DevicePool, Trained } from '../workers/device-pool.ts';
import { type Answer, answerOf } from './answer.ts';
import { Availability } from './availability.ts';
import type { DeviceTraces } from './traces.ts';
import type { VirtualTimes } from './virtual-time.ts';
import { workOf } from './work.ts';

/** How long the loop runs before the process looks at signals again. */
const YIELD_EVERY_MS = 50;

/** A contribution that comes too late is refused unread. */
const UNREAD = dense(new Int32Array(0));

export interface TracedFleetOptions {
  readonly ids: SortedIds;
  /** By the place of a device among `ids`. */
  readonly traces: DeviceTraces;
  /** How many purchases a device trains on. */
  readonly purchases: (user: number) => number;
  readonly seed: number;
  readonly settings: Pick<RoundSettings, 'goal' | 'minimum'>;
  readonly clock: VirtualClock;
  readonly meter: Pick<WireMeter, 'asked' | 'finished' | 'latestRound'>;
  readonly times: VirtualTimes;
  readonly pool: Pick<DevicePool, 'train'>;
}

interface Asked extends Answer {
  readonly device: string;
  /** Its place among the ids. */
  readonly index: number;
  readonly user: number;
  readonly task: Task;
}

/** What the fleet has to play of a round, until all have answered or are released. */
interface Round {
  /** In the order of time; those from `next` on are still to come. */
  readonly answers: readonly Asked[];
  next: number;
  /** How many contributed and how many declined or left, as far as that was reported. */
  counted: number;
  lost: number;
  batch?: Batch;
}

/** Contributions that are trained, to be reported when the last of them is due. */
interface Batch extends Trained {
  readonly contributors: readonly Asked[];
}

/**
 * Virtual devices that come and go, work, and fail as their traces say, in virtual time (see `answerOf` and `workOf`). A
 * device that is released stops, but for one that is sending: that goes on, and comes too late.
 *
 * When devices answer does not depend on what they answer. So those whose contributions a round will count are trained
 * together, and reported together when the last of them is due: with the same sum at the same time as one by one. Only
 * they are trained: what another device would have learnt for its personal state is lost, and so is that of devices that
 * are late. Devices that decline, which cannot be foreseen, say so when their batch is reported.
 */
export class TracedFleet implements Fleet {
  readonly #options: TracedFleetOptions;
  readonly #availability: Availability;
  /** The places of the ids that the latest list of ready devices gave out, so that they need not be searched for. */
  readonly #given = new Map<string, number>();
  #round: Round | undefined;
  /** Contributions on their way for which it is too late, in the order of time. */
  readonly #late: Asked[] = [];

  constructor(options: TracedFleetOptions) {
    this.#options = options;
    this.#availability = new Availability(options.traces);
  }

  ready(): DeviceList {
    const { ids, clock } = this.#options;
    this.#availability.advance(clock.now());
    this.#given.clear();
    const { ready } = this.#availability;
    const at = (rank: number): string | undefined => {
      const index = ready.at(rank);
      if (index === undefined) return undefined;
      const id = ids.at(index)!;
      this.#given.set(id, index);
      return id;
    };
    return { length: ready.size, at };
  }

  ask(devices: readonly string[], task: Task): void {
    const { clock, meter, seed } = this.#options;
    meter.asked(devices, task, task.deadlineAtMs - clock.now());
    const random = seededRandom(seed, 'dropout', task.round);
    const answers = devices.map(device => this.#asked(device, task, random));
    for (const { index } of answers) this.#availability.setBusy(index, true);
    this.#round = { answers: answers.sort((a, b) => a.atMs - b.atMs), next: 0, counted: 0, lost: 0 };
  }

  receipt(): void {}

  /** Those that have not answered, for there is one round at a time. */
  release(): void {
    const round = this.#round;
    if (round === undefined) return;
    this.#round = undefined;
    const { clock, times } = this.#options;
    const now = clock.now();
    for (const answer of round.answers.slice(round.next)) {
      const late = answer.contributes && answer.uploadAtMs <= now;
      if (late) this.#late.push(answer);
      else this.#availability.setBusy(answer.index, false);
      times.worked((late ? answer.atMs : now) - answer.askedAtMs, late ? 'late' : 'released');
    }
    this.#late.sort((a, b) => a.atMs - b.atMs);
  }

  finish(published: PublishedModel): void {
    this.#options.meter.finished(published);
  }

  /** Plays the devices until the coordinator waits for nothing more, the traces end, or the signal stops it. */
  async run(coordinator: Coordinator, signal: AbortSignal, events: MemoryFleetEvents): Promise<void> {
    const { clock, traces } = this.#options;
    coordinator.start();
    for (let yieldedAtMs = performance.now(); ; ) {
      if (performance.now() - yieldedAtMs >= YIELD_EVERY_MS) {
        await setImmediate();
        yieldedAtMs = performance.now();
      }
      await events.settled();
      if (signal.aborted) return coordinator.stop();
      const round = this.#round;
      // A coordinator that waits has a deadline: without one, the run is over.
      if (clock.nextAtMs === Infinity) return;
      const eventAtMs = this.#nextEventMs();
      if (Math.min(eventAtMs, clock.nextAtMs) > traces.endMs) {
        clock.advance(traces.endMs - clock.now());
        return coordinator.stop();
      }
      // At one moment the deadline comes before the answers.
      if (clock.nextAtMs <= eventAtMs) {
        clock.runNext();
      } else if (round?.answers[round.next]?.contributes && round.batch === undefined) {
        await this.#train(round, signal, events);
      } else {
        clock.advance(eventAtMs - clock.now());
        this.#play(coordinator);
      }
    }
  }

  /** While a round trains, nobody needs to know who else comes and goes. */
  #nextEventMs(): number {
    const change = this.#round === undefined ? this.#availability.nextMs : Infinity;
    const answer = this.#round?.answers[this.#round.next];
    return Math.min(change, answer?.atMs ?? Infinity, this.#late[0]?.atMs ?? Infinity);
  }

  /** What happens now: one event. */
  #play(coordinator: Coordinator): void {
    const now = this.#options.clock.now();
    const [late] = this.#late;
    const round = this.#round;
    if (late !== undefined && late.atMs <= now) {
      this.#late.shift();
      this.#availability.setBusy(late.index, false);
      const { round, published } = late.task;
      coordinator.contributed(late.device, { round, model: published.hash, vector: UNREAD });
      coordinator.readyChanged();
    } else if (round === undefined) {
      this.#availability.advance(now);
      coordinator.readyChanged();
    } else {
      const answer = round.answers[round.next++]!;
      if (round.next === round.answers.length) this.#round = undefined;
      if (!answer.contributes) {
        round.lost++;
        this.#answered(answer, 'left');
        coordinator.left(answer.device);
      } else if (answer === round.batch?.contributors.at(-1)) {
        this.#report(round, round.batch, coordinator);
      }
    }
  }

  /**
   * Trains the devices that contribute next: as many as the round still wants, but only until the deadline, and until so
   * many others have left that it is given up.
   */
  async #train(round: Round, signal: AbortSignal, events: MemoryFleetEvents): Promise<void> {
    const { clock, settings, pool } = this.#options;
    const { answers, next, counted } = round;
    const contributors: Asked[] = [];
    let { lost } = round;
    for (let at = next; at < answers.length && contributors.length < settings.goal - counted; at++) {
      const answer = answers[at]!;
      if (answer.atMs >= clock.nextAtMs) break;
      if (answer.contributes) contributors.push(answer);
      else if (answers.length - ++lost < settings.minimum) break;
    }
    const { task } = answers[next]!;
    const users = Int32Array.from(contributors, ({ user }) => user);
    const trained = await pool.train({ ...task, model: task.published.model }, users, { signal, ...events });
    if (trained === undefined) return;
    events.clipped(trained.clipped);
    if (trained.reason !== undefined) events.declined(trained.reason);
    round.batch = { ...trained, contributors };
  }

  /** Contributions first: that the others decline may end the round. */
  #report(round: Round, { contributors, sum, declined }: Batch, coordinator: Coordinator): void {
    delete round.batch;
    const decliners = new Set(declined);
    const counted: string[] = [];
    const others: string[] = [];
    for (const answer of contributors) {
      const declines = decliners.has(answer.user);
      (declines ? others : counted).push(answer.device);
      this.#answered(answer, declines ? 'declined' : 'counted');
    }
    round.counted += counted.length;
    round.lost += others.length;
    const { round: number, published } = contributors[0]!.task;
    coordinator.contributedTogether(counted, { round: number, model: published.hash, sum });
    for (const device of others) coordinator.declined(device, number);
  }

  #answered({ index, askedAtMs, atMs }: Asked, fate: 'counted' | 'declined' | 'left'): void {
    this.#availability.setBusy(index, false);
    this.#options.times.worked(atMs - askedAtMs, fate);
  }

  /** `random` is a stream of the round, which all its devices draw from in turn. */
  #asked(device: string, task: Task, random: Random): Asked {
    const { clock, ids, traces, meter, purchases } = this.#options;
    const index = this.#given.get(device) ?? ids.indexOf(device);
    const user = ids.userAt(index);
    const work = workOf(traces.slowness[index]!, purchases(user), meter.latestRound);
    return { device, index, user, task, ...answerOf(traces, index, work, clock.now(), random) };
  }
}
