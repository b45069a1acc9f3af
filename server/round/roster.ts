/**
 * Where an asked device stands. `pending`: the round waits for it. `counted`: it is in the sum. `declined`: it said no.
 * `left`: it was gone before it contributed; the asking ended with its connection, so coming back does not renew it.
 * `refused`: what it contributed did not fit the plan. All but `pending` are final.
 */
export type Standing = 'pending' | 'counted' | 'declined' | 'left' | 'refused';

/** About the root of a large cohort, so that a change copies little: one chunk and the list of chunks. */
const CHUNK = 128;

/** Where each device is listed: found out when one is first asked about, and shared by all rosters of a round. */
class Indices {
  readonly devices: readonly string[];
  #indices: ReadonlyMap<string, number> | undefined;

  constructor(devices: readonly string[]) {
    this.devices = devices;
  }

  of(device: string): number | undefined {
    this.#indices ??= new Map(this.devices.map((listed, index) => [listed, index]));
    return this.#indices.get(device);
  }
}

/** The devices asked in a round and where each stands. Immutable: a change gives a new roster that shares the rest. */
export class Roster {
  static readonly EMPTY = Roster.of([]);

  readonly devices: readonly string[];
  /** How many devices have each standing. */
  readonly tally: Readonly<Record<Standing, number>>;
  readonly #indices: Indices;
  readonly #chunks: readonly (readonly Standing[])[];

  private constructor(
    indices: Indices,
    tally: Readonly<Record<Standing, number>>,
    chunks: readonly (readonly Standing[])[],
  ) {
    this.devices = indices.devices;
    this.tally = tally;
    this.#indices = indices;
    this.#chunks = chunks;
  }

  /** All of them pending; a device that is listed twice is asked once. */
  static of(asked: readonly string[]): Roster {
    const distinct = new Set(asked);
    const devices = distinct.size === asked.length ? asked : [...distinct];
    const tally = { pending: devices.length, counted: 0, declined: 0, left: 0, refused: 0 };
    return new Roster(new Indices(devices), tally, chunksOf(devices.length, 'pending'));
  }

  /** Undefined: the device was not asked. */
  standing(device: string): Standing | undefined {
    const index = this.#indices.of(device);
    return index === undefined ? undefined : this.#at(index);
  }

  /** The roster after a pending device came to stand elsewhere. */
  settle(device: string, standing: Exclude<Standing, 'pending'>): Roster {
    return this.settleAll([device], standing);
  }

  /** Whether the round waits for all of these. */
  allPending(devices: readonly string[]): boolean {
    if (devices === this.devices) return this.tally.pending === devices.length;
    return devices.every(device => this.standing(device) === 'pending');
  }

  /** The same of several pending devices; each chunk that holds one is copied once. */
  settleAll(devices: readonly string[], standing: Exclude<Standing, 'pending'>): Roster {
    const tally = { ...this.tally };
    tally.pending -= devices.length;
    tally[standing] += devices.length;
    if (devices === this.devices) return new Roster(this.#indices, tally, chunksOf(devices.length, standing));
    const chunks: Standing[][] = [];
    const shared = this.#chunks.slice();
    for (const device of devices) {
      const index = this.#indices.of(device)!;
      const at = Math.floor(index / CHUNK);
      chunks[at] ??= shared[at]!.slice();
      chunks[at][index % CHUNK] = standing;
      shared[at] = chunks[at];
    }
    return new Roster(this.#indices, tally, shared);
  }

  /** The devices that the round still waits for. */
  pending(): string[] {
    return this.devices.filter((_, index) => this.#at(index) === 'pending');
  }

  #at(index: number): Standing {
    return this.#chunks[Math.floor(index / CHUNK)]![index % CHUNK]!;
  }
}

function chunksOf(devices: number, standing: Standing): readonly (readonly Standing[])[] {
  const whole: readonly Standing[] = Array.from({ length: CHUNK }, () => standing);
  return Array.from({ length: Math.ceil(devices / CHUNK) }, () => whole);
}
