import assert from 'node:assert/strict';
import type { VirtualClock } from '../../server/clock.ts';
import type { DeviceEvents, Fleet, PublishedModel, Task } from '../../server/fleet.ts';
import type { IntegerContribution } from '../../shared/aggregation/contribution.ts';
import { dense } from '../../shared/aggregation/contribution.ts';
import type { ContributionOutcome, ReleaseReason } from '../../shared/protocol/messages.ts';
import { seededRandom } from '../../shared/random/seeded.ts';

/** Something that a scripted device does. */
export type Act =
  | { type: 'contribute'; roundOffset?: number; anotherModel?: boolean; lengthOffset?: number }
  | { type: 'decline'; roundOffset?: number }
  | { type: 'leave' }
  | { type: 'join' };

export interface Sent {
  readonly device: string;
  readonly round: number;
  readonly vector: IntegerContribution;
  outcome?: ContributionOutcome;
}

/** From a device's side: it was asked, and how that came to an end. */
export interface Asking {
  readonly device: string;
  readonly round: number;
  withdrew?: 'declined' | 'left';
  told?: 'counted' | 'refused' | ReleaseReason;
}

/** How an asking ended as the coordinator sees it. */
export function endOf({ told, withdrew }: Asking): string | undefined {
  return told ?? withdrew;
}

/**
 * Devices that do what a script says, on a virtual clock: `conduct` gives what a device does when it is asked, after
 * how long; 0 is inside the call that asks. The fleet keeps what each device sent and was told, and fails when one is
 * told what it should not be: an answer to nothing, two ends of one asking, an asking while it is away.
 */
export class ScriptedFleet implements Fleet {
  readonly sent: Sent[] = [];
  readonly askings: Asking[] = [];
  readonly finishes: PublishedModel[] = [];
  events!: DeviceEvents;
  readonly #clock: VirtualClock;
  readonly #present: Set<string>;
  readonly #conduct: (device: string, asking: number) => readonly { delayMs: number; act: Act }[];
  /** Each device's latest asking. */
  readonly #asked = new Map<string, Asking>();
  #asking = false;
  /** Withdrew inside the call that asks, where what the coordinator tells them may still be on its way. */
  readonly #crossing = new Set<Asking>();
  readonly #unanswered = new Map<string, Sent[]>();
  #latest: { round: number; model: string; length: number } = { round: 0, model: '', length: 1 };

  constructor(
    clock: VirtualClock,
    present: Iterable<string>,
    conduct: (device: string, asking: number) => readonly { delayMs: number; act: Act }[],
  ) {
    this.#clock = clock;
    this.#present = new Set(present);
    this.#conduct = conduct;
  }

  ready(): string[] {
    return [...this.#present].filter(device => !this.#waits(device)).sort();
  }

  ask(devices: readonly string[], { round, plan, published }: Task): void {
    this.#latest = { round, model: published.hash, length: plan.length };
    for (const device of devices) {
      assert.ok(this.#present.has(device) && !this.#waits(device), `${device} is asked, but not ready`);
      const asking = { device, round };
      this.askings.push(asking);
      this.#asked.set(device, asking);
    }
    this.#asking = true;
    for (const device of devices) {
      for (const { delayMs, act } of this.#conduct(device, this.askings.length)) this.plan(device, delayMs, act);
    }
    this.#asking = false;
  }

  receipt(device: string, round: number, outcome: ContributionOutcome): void {
    const sent = this.#unanswered.get(`${device} ${round}`)?.shift();
    assert.ok(sent, `${device} has an answer to nothing it sent to round ${round}`);
    sent.outcome = outcome;
    if (outcome === 'counted') this.#tell(device, round, 'counted');
    else if (outcome === 'stale' && this.#mayTell(device, round)) this.#tell(device, round, 'refused');
  }

  release(devices: readonly string[], round: number, reason: ReleaseReason): void {
    for (const device of devices) this.#tell(device, round, reason);
  }

  finish(published: PublishedModel): void {
    this.finishes.push(published);
  }

  /** Has a device do something after a while; 0 is now. */
  plan(device: string, delayMs: number, act: Act): void {
    if (delayMs === 0) {
      this.act(device, act);
      return;
    }
    this.#clock.setTimer(this.#clock.now() + delayMs, () => {
      this.#crossing.clear();
      this.act(device, act);
    });
  }

  act(device: string, act: Act): void {
    if (act.type === 'join') {
      this.#present.add(device);
      this.events.readyChanged();
    } else if (this.#present.has(device)) {
      if (act.type === 'contribute') this.#contribute(device, act);
      else if (act.type === 'decline') this.#decline(device, this.#latest.round + (act.roundOffset ?? 0));
      else this.#leave(device);
    }
  }

  #contribute(
    device: string,
    { roundOffset = 0, anotherModel = false, lengthOffset = 0 }: Partial<Act & { type: 'contribute' }>,
  ): void {
    const round = this.#latest.round + roundOffset;
    const random = seededRandom(1, this.sent.length);
    const length = this.#latest.length + lengthOffset;
    const vector = dense(Int32Array.from({ length }, () => random.below(2 ** 31) - 2 ** 30));
    const sent = { device, round, vector };
    this.sent.push(sent);
    const key = `${device} ${round}`;
    this.#unanswered.set(key, [...(this.#unanswered.get(key) ?? []), sent]);
    this.events.contributed(device, { round, model: anotherModel ? 'another' : this.#latest.model, vector });
  }

  #decline(device: string, round: number): void {
    if (this.#asked.get(device)?.round === round) this.#withdraw(device, 'declined');
    this.events.declined(device, round, 'unwilling');
  }

  #leave(device: string): void {
    this.#present.delete(device);
    this.#withdraw(device, 'left');
    this.events.left(device);
    this.events.readyChanged();
  }

  #withdraw(device: string, withdrew: 'declined' | 'left'): void {
    const asking = this.#asked.get(device);
    if (asking === undefined || endOf(asking) !== undefined) return;
    asking.withdrew = withdrew;
    if (this.#asking) this.#crossing.add(asking);
  }

  #tell(device: string, round: number, told: NonNullable<Asking['told']>): void {
    assert.ok(this.#mayTell(device, round), `${device} is told "${told}" of round ${round}, but does not wait for it`);
    this.#asked.get(device)!.told = told;
  }

  #mayTell(device: string, round: number): boolean {
    const asking = this.#asked.get(device);
    if (asking === undefined || asking.round !== round || asking.told !== undefined) return false;
    return asking.withdrew === undefined || this.#crossing.has(asking);
  }

  #waits(device: string): boolean {
    const asking = this.#asked.get(device);
    return asking !== undefined && endOf(asking) === undefined;
  }
}
