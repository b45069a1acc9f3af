import type { PublishedModel, Task } from '../../server/fleet.ts';
import { contentHash } from '../../shared/hash.ts';
import { protectedLength } from '../../shared/privacy/protection.ts';
import { encodeCoordinatorMessage, encodeDeviceMessage } from '../../shared/protocol/codec.ts';
import {
  type CoordinatorMessage,
  type DeviceMessage,
  PROTOCOL_VERSION,
  type Welcome,
} from '../../shared/protocol/messages.ts';

/**
 * What the messages of a run would weigh, counted without sending them: each device's greeting when it is first asked,
 * then a task, the model, a contribution and its receipt, and the final model. Payload bytes of frames; the few bytes
 * by which a number's own size varies aside, the same as over sockets.
 */
export class WireMeter {
  #up = 0;
  #down = 0;
  #latest = { up: 0, down: 0 };
  readonly #greeted = new Set<string>();
  /** What greeting a device weighs down; up it is `#helloBytes` by the length of the device's id. */
  readonly #welcomeBytes: number;
  readonly #helloBytes = new Map<number, number>();

  constructor(welcome: Omit<Welcome, 'type' | 'protocol' | 'catalogue'>, catalogue: Uint8Array) {
    const hash = contentHash(catalogue);
    this.#welcomeBytes =
      down({ type: 'welcome', protocol: PROTOCOL_VERSION, catalogue: hash, ...welcome }) +
      down({ type: 'blob', kind: 'catalogue', hash, data: catalogue });
  }

  get bytes(): { up: number; down: number } {
    return { up: this.#up, down: this.#down };
  }

  /** What the latest round weighed for one device: its task, the model, its contribution and the receipt. */
  get latestRound(): { up: number; down: number } {
    return this.#latest;
  }

  asked(devices: readonly string[], { round, plan, protection, published }: Task, timeLeftMs: number): void {
    for (const device of devices) {
      if (this.#greeted.has(device)) continue;
      this.#greeted.add(device);
      this.#up += this.#helloOf(device);
      this.#down += this.#welcomeBytes;
    }
    const model = published.hash;
    const task = down({ type: 'task', round, model, plan, protection, timeLeftMs });
    const blob = down({ type: 'blob', kind: 'model', hash: model, data: published.bytes });
    const receipt = down({ type: 'receipt', round, outcome: 'counted' });
    const length = protectedLength(plan, protection);
    const data = new Uint8Array(length * 4);
    const contribution = up({ type: 'contribution', round, model, dtype: 'int32', shape: [length], data });
    this.#latest = { up: contribution, down: task + blob + receipt };
    this.#up += devices.length * this.#latest.up;
    this.#down += devices.length * this.#latest.down;
  }

  #helloOf(device: string): number {
    const length = Buffer.byteLength(device);
    const known = this.#helloBytes.get(length);
    if (known !== undefined) return known;
    const bytes = up({ type: 'hello', protocol: PROTOCOL_VERSION, device, holds: [] });
    this.#helloBytes.set(length, bytes);
    return bytes;
  }

  /** Everybody who took part is handed the final model. */
  finished({ hash, bytes }: PublishedModel): void {
    const blob = down({ type: 'blob', kind: 'model', hash, data: bytes });
    this.#down += this.#greeted.size * (blob + down({ type: 'finished', model: hash }));
  }
}

function up(message: DeviceMessage): number {
  return encodeDeviceMessage(message).length;
}

function down(message: CoordinatorMessage): number {
  return encodeCoordinatorMessage(message).length;
}
