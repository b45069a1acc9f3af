import { SettingsError } from '../../shared/errors.ts';
import { type ContentHash, contentHash } from '../../shared/hash.ts';
import { protectedLength } from '../../shared/privacy/protection.ts';
import { encodeCoordinatorMessage } from '../../shared/protocol/codec.ts';
import { contributionFrameBytes } from '../../shared/protocol/limits.ts';
import {
  type Blob,
  type ContributionOutcome,
  PROTOCOL_VERSION,
  type ReleaseReason,
} from '../../shared/protocol/messages.ts';
import type { DeviceEvents, Fleet, PublishedModel, Task } from '../fleet.ts';
import type { Traffic } from './connection.ts';
import { Listener } from './listener.ts';
import { type CompiledGatewayOptions, compileGatewayOptions, type GatewayOptions } from './options.ts';
import { type BlobFrame, Session, type SessionEvents } from './session.ts';

/**
 * Devices over WebSockets, as the fleet of a coordinator. Speaks the protocol of docs/protocol.md: each connection is a
 * session; what reaches the coordinator was validated; what breaks a rule gets a refusal and a close status, and the
 * gateway goes on.
 */
export class Gateway implements Fleet {
  readonly #options: CompiledGatewayOptions;
  readonly #listener: Listener;
  readonly #catalogue: BlobFrame;
  readonly #welcome: Uint8Array;
  /** The sessions past hello, by device. */
  readonly #sessions = new Map<string, Session>();
  readonly #ready = new Set<string>();
  /** The model last asked for, encoded once for all devices. */
  #model: BlobFrame | undefined;
  #final: { readonly model: BlobFrame; readonly finished: Uint8Array } | undefined;
  #events: DeviceEvents | undefined;
  readonly #sessionEvents: SessionEvents = {
    greeted: session => this.#greeted(session),
    readinessChanged: session => this.#readinessChanged(session),
    contributed: (device, contribution) => this.#events!.contributed(device, contribution),
    declined: (device, round, reason) => this.#events!.declined(device, round, reason),
    ended: session => this.#ended(session),
    failed: error => this.#options.onError(error),
  };
  #announcing = false;

  /** @throws SettingsError */
  constructor(options: GatewayOptions) {
    this.#options = compileGatewayOptions(options);
    const { run, learner, pace } = this.#options;
    const catalogue = options.catalogue.encode();
    this.#catalogue = blobFrame('catalogue', contentHash(catalogue), catalogue);
    this.#welcome = encodeCoordinatorMessage({
      type: 'welcome',
      protocol: PROTOCOL_VERSION,
      run,
      learner,
      catalogue: this.#catalogue.hash,
      pace,
    });
    this.#listener = new Listener(this.#options, {
      connected: connection => void new Session(connection, this.#options.limits, this.#sessionEvents),
      health: () => ({ status: 'ok', run, devices: this.#sessions.size }),
    });
  }

  /** Payload bytes of all messages so far, to the coordinator and from it. */
  get traffic(): Readonly<Traffic> {
    return { ...this.#listener.traffic };
  }

  /**
   * Lets devices in and tells the coordinator about them. Resolves to the URL that devices connect to; rejects if the
   * address cannot be had.
   */
  async listen(events: DeviceEvents): Promise<string> {
    this.#events = events;
    return this.#listener.listen();
  }

  /** Tells the devices that the coordinator stops. Resolves when all connections have ended: `closeTimeoutMs` at most. */
  async close(): Promise<void> {
    await this.#listener.close();
  }

  ready(): readonly string[] {
    return [...this.#ready].sort();
  }

  /** @throws SettingsError if no contribution of the plan's length would be let in. */
  ask(devices: readonly string[], { round, plan, protection, published, deadlineAtMs }: Task): void {
    const { limits, clock } = this.#options;
    const length = protectedLength(plan, protection);
    if (contributionFrameBytes(length) > limits.maxFrameBytes) {
      throw new SettingsError(
        `Contributions of ${length} numbers do not fit maxFrameBytes, which is ${limits.maxFrameBytes}. ` +
          `Raise it to ${contributionFrameBytes(length)}.`,
      );
    }
    const model = this.#modelFrame(published);
    const timeLeftMs = Math.max(0, Math.floor(deadlineAtMs - clock.now()));
    const frame = encodeCoordinatorMessage({
      type: 'task',
      round,
      model: published.hash,
      plan,
      protection,
      timeLeftMs,
    });
    for (const device of devices) this.#sessions.get(device)?.ask(model, { round, plan, protection, frame });
  }

  receipt(device: string, round: number, outcome: ContributionOutcome): void {
    const frame = encodeCoordinatorMessage({ type: 'receipt', round, outcome });
    this.#sessions.get(device)?.receipt(round, frame);
  }

  release(devices: readonly string[], round: number, reason: ReleaseReason): void {
    const frame = encodeCoordinatorMessage({ type: 'released', round, reason });
    for (const device of devices) this.#sessions.get(device)?.release(round, frame);
  }

  /** Hands the final model to the devices that are here and to those that come later. */
  finish(published: PublishedModel): void {
    const finished = encodeCoordinatorMessage({ type: 'finished', model: published.hash });
    this.#final = { model: this.#modelFrame(published), finished };
    for (const session of this.#sessions.values()) session.finish(this.#final.model, finished);
  }

  #greeted(session: Session): void {
    this.#sessions.get(session.device)?.refuse('replaced');
    this.#sessions.set(session.device, session);
    session.welcome(this.#catalogue, this.#welcome);
    if (this.#final !== undefined) session.finish(this.#final.model, this.#final.finished);
  }

  #readinessChanged({ device, state }: Session): void {
    if (state === 'waiting') this.#ready.add(device);
    else this.#ready.delete(device);
    this.#announceReady();
  }

  #ended(session: Session): void {
    if (this.#sessions.get(session.device) !== session) return;
    this.#sessions.delete(session.device);
    this.#tell(events => events.left(session.device));
  }

  /** Once for all changes of this turn of the event loop. */
  #announceReady(): void {
    if (this.#announcing) return;
    this.#announcing = true;
    queueMicrotask(() => {
      this.#announcing = false;
      this.#tell(events => events.readyChanged());
    });
  }

  /** For what no device waits for: if the coordinator throws, there is nobody to refuse. */
  #tell(what: (events: DeviceEvents) => void): void {
    try {
      what(this.#events!);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #modelFrame({ hash, bytes }: PublishedModel): BlobFrame {
    if (this.#model?.hash !== hash) this.#model = blobFrame('model', hash, bytes);
    return this.#model;
  }
}

function blobFrame(kind: Blob['kind'], hash: ContentHash, data: Uint8Array): BlobFrame {
  return { kind, hash, frame: encodeCoordinatorMessage({ type: 'blob', kind, hash, data }) };
}
