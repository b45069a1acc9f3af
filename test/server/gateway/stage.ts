import { systemClock } from '../../../server/clock.ts';
import { Coordinator, type Outcome } from '../../../server/coordinator.ts';
import type { DeviceEvents, PublishedModel, Task } from '../../../server/fleet.ts';
import { Gateway } from '../../../server/gateway/gateway.ts';
import type { GatewayOptions } from '../../../server/gateway/options.ts';
import { compileRoundOptions } from '../../../server/round/settings.ts';
import { contentHash } from '../../../shared/hash.ts';
import { popularity } from '../../../shared/learners/popularity.ts';
import { Model } from '../../../shared/model.ts';
import { CLIPPED } from '../../../shared/privacy/protection.ts';
import { contributionFrameBytes } from '../../../shared/protocol/limits.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { encodeSafetensors } from '../../../shared/safetensors.ts';
import { CATALOGUE } from './peer.ts';

export const LEARNER = popularity.create(popularity.options.parse({}), CATALOGUE);

/** The length of LEARNER's contributions. */
export const LENGTH = CATALOGUE.size;

/** Waits are long where a test must not run into them, and every test that is about one sets it. */
const LIMITS = { maxFrameBytes: contributionFrameBytes(LENGTH), closeTimeoutMs: 500 };

export function openGateway(options: Partial<GatewayOptions> = {}): Gateway {
  return new Gateway({
    run: 'run-1',
    learner: { name: 'popularity', options: {} },
    catalogue: CATALOGUE,
    port: 0,
    ...options,
    limits: { ...LIMITS, ...options.limits },
  });
}

/** A whole coordinator that trains LEARNER with one contribution. */
export async function serve(
  options: Partial<GatewayOptions> = {},
): Promise<{ url: string; gateway: Gateway; finished: Promise<Outcome>; close: () => Promise<void> }> {
  const gateway = openGateway(options);
  const coordinator = new Coordinator({
    learner: LEARNER,
    settings: compileRoundOptions({ goal: 1, overSelection: 1, recruitMs: 3_600_000, trainMs: 3_600_000, retryMs: 1 }),
    fleet: gateway,
    clock: systemClock,
    random: (round, purpose) => seededRandom(1, round, purpose),
  });
  const url = await gateway.listen(coordinator);
  coordinator.start();
  const close = async (): Promise<void> => {
    coordinator.stop();
    await gateway.close();
  };
  return { url, gateway, finished: coordinator.finished, close };
}

type Heard =
  | { readonly type: 'readyChanged'; readonly ready: readonly string[] }
  | {
      readonly type: 'contributed';
      readonly device: string;
      readonly round: number;
      readonly values: readonly number[];
    }
  | { readonly type: 'declined'; readonly device: string; readonly round: number; readonly reason: string }
  | { readonly type: 'left'; readonly device: string };

/** A coordinator that writes down what the gateway tells it, and does nothing. */
export class Recorder implements DeviceEvents {
  readonly heard: Heard[] = [];
  readonly #gateway: Gateway;
  #wake = (): void => {};

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  readyChanged(): void {
    this.#note({ type: 'readyChanged', ready: this.#gateway.ready().toSorted() });
  }

  contributed(device: string, { round, vector }: Parameters<DeviceEvents['contributed']>[1]): void {
    this.#note({ type: 'contributed', device, round, values: [...vector.parts[0]!.values] });
  }

  declined(device: string, round: number, reason: string): void {
    this.#note({ type: 'declined', device, round, reason });
  }

  left(device: string): void {
    this.#note({ type: 'left', device });
  }

  /** Resolves when something of this kind was heard, with it taken off the record. */
  async next<Type extends Heard['type']>(type: Type): Promise<Extract<Heard, { type: Type }>> {
    for (;;) {
      const at = this.heard.findIndex(event => event.type === type);
      if (at >= 0) return this.heard.splice(at, 1)[0] as Extract<Heard, { type: Type }>;
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
  }

  /** Resolves when exactly these devices are ready. */
  async ready(...devices: readonly string[]): Promise<void> {
    while (this.#gateway.ready().toSorted().join() !== devices.join()) await this.next('readyChanged');
  }

  #note(event: Heard): void {
    this.heard.push(event);
    this.#wake();
  }
}

/** A model that differs from those of other marks. */
export function publishedModel(mark: number, length = LENGTH): PublishedModel {
  const model = new Model([{ name: 'counts', shape: [length] }], new Float32Array(length).fill(mark));
  const bytes = encodeSafetensors(model);
  return { model, bytes, hash: contentHash(bytes) };
}

export function taskOf(round: number, published: PublishedModel, length = LENGTH): Task {
  const plan = { phase: 'count', length, clipNorm: 1, parameters: {} };
  return { round, plan, protection: CLIPPED, published, deadlineAtMs: systemClock.now() + 60_000 };
}
