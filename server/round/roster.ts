/**
 * Where an asked device stands. `pending`: the round waits for it. `counted`: it is in the sum. `declined`: it said no.
 * `left`: it was gone before it contributed; the asking ended with its connection, so coming back does not renew it.
 * `refused`: what it contributed did not fit the plan. All but `pending` are final.
 */
export type Standing = 'pending' | 'counted' | 'declined' | 'left' | 'refused';

/** About the root of a large cohort, so that a change copies little: one chunk and the list of chunks. */
const CHUNK = 128;

/** The devices asked in a round and where each stands. Immutable: a change gives a new roster that shares the rest. */
export class Roster {
  static readonly EMPTY = Roster.of([]);

  readonly devices: readonly string[];
  /** How many devices have each standing. */
  readonly tally: Readonly<Record<Standing, number>>;
  readonly #indices: ReadonlyMap<string, number>;
  readonly #chunks: readonly (readonly Standing[])[];

  private constructor(
    devices: readonly string[],
    tally: Readonly<Record<Standing, number>>,
    indices: ReadonlyMap<string, number>,
    chunks: readonly (readonly Standing[])[],
  ) {
    this.devices = devices;
    this.tally = tally;
    this.#indices = indices;
    this.#chunks = chunks;
  }

  /** All of them pending; a device that is listed twice is asked once. */
  static of(asked: readonly string[]): Roster {
    const indices = new Map<string, number>();
    for (const device of asked) if (!indices.has(device)) indices.set(device, indices.size);
    const devices = [...indices.keys()];
    const chunks: Standing[][] = [];
    for (let from = 0; from < devices.length; from += CHUNK) {
      chunks.push(Array.from({ length: Math.min(CHUNK, devices.length - from) }, () => 'pending'));
    }
    const tally = { pending: devices.length, counted: 0, declined: 0, left: 0, refused: 0 };
    return new Roster(devices, tally, indices, chunks);
  }

  /** Undefined: the device was not asked. */
  standing(device: string): Standing | undefined {
    const index = this.#indices.get(device);
    return index === undefined ? undefined : this.#at(index);
  }

  /** The roster after a pending device came to stand elsewhere. */
  settle(device: string, standing: Exclude<Standing, 'pending'>): Roster {
    return this.settleAll([device], standing);
  }

  /** The same of several pending devices; each chunk that holds one is copied once. */
  settleAll(devices: readonly string[], standing: Exclude<Standing, 'pending'>): Roster {
    const chunks: Standing[][] = [];
    const shared = this.#chunks.slice();
    for (const device of devices) {
      const index = this.#indices.get(device)!;
      const at = Math.floor(index / CHUNK);
      chunks[at] ??= shared[at]!.slice();
      chunks[at][index % CHUNK] = standing;
      shared[at] = chunks[at];
    }
    const tally = { ...this.tally };
    tally.pending -= devices.length;
    tally[standing] += devices.length;
    return new Roster(this.devices, tally, this.#indices, shared);
  }

  /** The devices that the round still waits for. */
  pending(): string[] {
    return this.devices.filter((_, index) => this.#at(index) === 'pending');
  }

  #at(index: number): Standing {
    return this.#chunks[Math.floor(index / CHUNK)]![index % CHUNK]!;
  }
}
