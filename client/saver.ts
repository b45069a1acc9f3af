/** Saves again and again, one save at a time: what changes during a save is saved after it, once. */
export class Saver {
  readonly #save: () => Promise<void>;
  readonly #onError: (error: Error) => void;
  #wanted = false;
  #failed = false;
  #running: Promise<void> | undefined;

  constructor(save: () => Promise<void>, onError: (error: Error) => void) {
    this.#save = save;
    this.#onError = onError;
  }

  /** Something changed. */
  request(): void {
    this.#wanted = true;
    this.#running ??= this.#run();
  }

  /** Saves now; resolves with whether it worked. */
  async saved(): Promise<boolean> {
    this.request();
    await this.#running;
    return !this.#failed;
  }

  /** Resolves when everything requested so far was saved, or failed to be. */
  async flush(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#wanted) {
      this.#wanted = false;
      try {
        await this.#save();
        this.#failed = false;
      } catch (error) {
        this.#failed = true;
        this.#onError(error as Error);
      }
    }
    this.#running = undefined;
  }
}
