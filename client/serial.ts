/** Runs tasks one after another, in the order in which they were handed in, whether or not earlier ones failed. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  run<Result>(task: () => Promise<Result>): Promise<Result> {
    const next = this.#last.then(task, task);
    this.#last = next;
    return next;
  }
}
