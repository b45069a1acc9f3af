import type { Interaction } from '../shared/history.ts';
import type { DeviceStore, Progress, StoredDevice } from './store.ts';

/** Keeps a device's data for as long as the process lives: for tests, simulations, and pages that need no more. */
export class MemoryStore implements DeviceStore {
  #stored: StoredDevice;

  constructor(interactions: readonly Interaction[] = []) {
    this.#stored = { id: undefined, interactions, progress: undefined };
  }

  async load(): Promise<StoredDevice> {
    return this.#stored;
  }

  async saveId(id: string): Promise<void> {
    this.#stored = { ...this.#stored, id };
  }

  async append(interactions: readonly Interaction[]): Promise<void> {
    this.#stored = { ...this.#stored, interactions: [...this.#stored.interactions, ...interactions] };
  }

  async saveProgress(progress: Progress): Promise<void> {
    this.#stored = { ...this.#stored, progress };
  }
}
