import * as z from 'zod';
import { SettingsError } from '../shared/errors.ts';
import type { Interaction } from '../shared/history.ts';
import { systemRandom } from '../shared/random/system.ts';
import { DeviceStateError } from './errors.ts';
import type { DeviceEvent } from './events.ts';
import { interactionSchema } from './interaction.ts';
import { type CompiledDeviceOptions, compileOptions, type DeviceOptions } from './options.ts';
import { Participation } from './participation.ts';
import { Saver } from './saver.ts';
import { type DeviceState, isAtRest } from './state.ts';
import { type Recommendation, Trainer } from './trainer.ts';

/**
 * A shopper's device, as an app embeds it: keeps the purchases, takes part in training while it is started, and
 * recommends at any time with the newest model that it has, without a connection too.
 */
export class Device {
  readonly #options: CompiledDeviceOptions;
  readonly #trainer: Trainer;
  readonly #saver: Saver;
  #state: DeviceState = 'stopped';
  #id: Promise<string> | undefined;
  #participation: Participation | undefined;
  #failure: Error | undefined;
  #waiting: (() => void)[] = [];

  /** @throws SettingsError */
  constructor(options: DeviceOptions) {
    this.#options = compileOptions(options);
    const { store } = this.#options;
    this.#trainer = new Trainer(this.#options);
    this.#saver = new Saver(
      () => store.saveProgress(this.#trainer.progress!),
      error => this.#emit({ type: 'error', error }),
    );
  }

  get state(): DeviceState {
    return this.#state;
  }

  /**
   * Connects, and takes part until training is over, the coordinator refuses the device for good, or `stop()`. Resolves
   * when the store was read; from then on, lost connections are no failure.
   *
   * @throws DeviceStateError unless the device is at rest; StoreError if its data cannot be read.
   */
  async start(): Promise<void> {
    if (!isAtRest(this.#state)) throw new DeviceStateError(this.#state, 'Start a device that is at rest.');
    this.#failure = undefined;
    this.#setState('loading');
    try {
      const id = await this.#load();
      // Unless stop() came in between.
      if (this.#state === 'loading') this.#participate(id);
    } catch (error) {
      this.#rest('failed', error as Error);
      throw error;
    }
  }

  /** Leaves, drops training that goes on, and resolves when what was learnt is saved. */
  async stop(): Promise<void> {
    this.#participation?.leave();
    if (!isAtRest(this.#state)) this.#rest('stopped');
    await this.#saver.flush();
  }

  /**
   * Resolves when training is over and the final model is saved.
   *
   * @throws RefusedError, StoreError or whatever else made the device fail; DeviceStateError if it was stopped.
   */
  async finished(): Promise<void> {
    if (!isAtRest(this.#state)) await new Promise<void>(resolve => this.#waiting.push(resolve));
    await this.#saver.flush();
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#state !== 'finished') throw new DeviceStateError(this.#state, 'Start the device to finish training.');
  }

  /**
   * Adds purchases to the history. They are durable when it resolves.
   *
   * @throws SettingsError if one is not valid, StoreError if they cannot be written: then none is added.
   */
  async record(...interactions: readonly Interaction[]): Promise<void> {
    const parsed = z.array(interactionSchema).safeParse(interactions);
    if (!parsed.success) throw new SettingsError(`This is no purchase:\n${z.prettifyError(parsed.error)}`);
    await this.#load();
    await this.#options.store.append(parsed.data);
    this.#trainer.add(parsed.data);
  }

  /**
   * The k items that fit this device best, best first; without those that it bought, unless asked otherwise.
   *
   * @throws NotReadyError before the device took part in a round or saw the end of training.
   */
  async recommend(k: number, { excludeBought = true } = {}): Promise<Recommendation[]> {
    if (!Number.isSafeInteger(k) || k < 1) throw new SettingsError(`Cannot recommend ${k} items. Ask for 1 or more.`);
    await this.#load();
    return this.#trainer.recommend(k, excludeBought);
  }

  /** Reads the store, once. */
  #load(): Promise<string> {
    this.#id ??= this.#readStore().catch((error: unknown) => {
      this.#id = undefined;
      throw error;
    });
    return this.#id;
  }

  /** @returns the device's id */
  async #readStore(): Promise<string> {
    const { store, id: given } = this.#options;
    const stored = await store.load();
    const id = given ?? stored.id ?? randomId();
    if (id !== stored.id) await store.saveId(id);
    this.#trainer.add(stored.interactions);
    try {
      if (stored.progress !== undefined) this.#trainer.restore(stored.progress);
    } catch (error) {
      // Learnt with a learner that this version of the software does not know: it has to be learnt again.
      this.#emit({ type: 'error', error: error as Error });
    }
    return id;
  }

  #participate(id: string): void {
    this.#participation = new Participation(this.#options, id, this.#trainer, {
      entered: state => this.#setState(state),
      emit: event => this.#emit(event),
      progressed: () => this.#saver.request(),
      saved: () => this.#saver.saved(),
      ended: failure => this.#rest(failure === undefined ? 'finished' : 'failed', failure),
    });
  }

  #rest(state: DeviceState, failure?: Error): void {
    this.#participation = undefined;
    this.#failure = failure;
    if (failure !== undefined) this.#emit({ type: 'error', error: failure });
    this.#setState(state);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #setState(to: DeviceState): void {
    const from = this.#state;
    this.#state = to;
    this.#emit({ type: 'state', from, to });
  }

  /** Listeners run on their own: what they throw, or do to the device, does not get into the middle of its work. */
  #emit(event: DeviceEvent): void {
    queueMicrotask(() => this.#options.onEvent(event));
  }
}

function randomId(): string {
  const random = systemRandom();
  return Array.from({ length: 4 }, () => random.uint32().toString(16).padStart(8, '0')).join('');
}
