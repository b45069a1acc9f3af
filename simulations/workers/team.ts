import { LarderError } from '../../shared/errors.ts';
import type { Team } from '../../shared/linear-algebra/team.ts';

/** Far longer than any part of a computation takes, so that a thread that died does not hold the others for ever. */
const DEADLINE_MS = 600_000;

/** How many have come to the barrier, and how many barriers there were, or `BROKEN`. */
const ARRIVED = 0;
const PASSED = 1;
const BROKEN = -1;

/** A member of a team of threads failed, so that the others cannot go on. */
export class TeamBrokenError extends LarderError {
  readonly code = 'team_broken';

  constructor() {
    super('A thread of a computation failed, or left the others waiting. Run with --workers 0 to see the cause.');
  }
}

/** Threads as a team: they meet in two numbers of shared memory, and sleep until all are there. */
export class ThreadTeam implements Team {
  readonly rank: number;
  readonly size: number;
  readonly #cells: Int32Array;

  /** What the members of one team share. */
  static cells(): Int32Array {
    return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  }

  constructor(rank: number, size: number, cells: Int32Array) {
    this.rank = rank;
    this.size = size;
    this.#cells = cells;
  }

  /** @throws TeamBrokenError if a member left the team, or does not come. */
  barrier(): void {
    const cells = this.#cells;
    const passed = Atomics.load(cells, PASSED);
    if (passed === BROKEN) throw new TeamBrokenError();
    if (Atomics.add(cells, ARRIVED, 1) === this.size - 1) {
      Atomics.store(cells, ARRIVED, 0);
      Atomics.compareExchange(cells, PASSED, passed, passed + 1);
      Atomics.notify(cells, PASSED);
    } else if (Atomics.wait(cells, PASSED, passed, DEADLINE_MS) === 'timed-out') {
      this.leave();
    }
    if (Atomics.load(cells, PASSED) === BROKEN) throw new TeamBrokenError();
  }

  /** Ends the computation for all: at their next barrier the others throw. */
  leave(): void {
    Atomics.store(this.#cells, PASSED, BROKEN);
    Atomics.notify(this.#cells, PASSED);
  }
}
