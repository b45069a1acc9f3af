import type { DeviceList } from '../../server/fleet.ts';
import type { Ids } from '../data/shared-columns.ts';

/** The ids of users in ascending order, and the way back from an id to its user. */
export class SortedIds implements DeviceList {
  readonly #ids: Ids;
  /** Users in the order of their ids; undefined where that is their own order. */
  readonly #order: Int32Array | undefined;
  /** Places by the hashes of the ids there, with open addressing: a few bytes each, where a Map would take a hundred. */
  readonly #table: Int32Array;

  constructor(ids: Ids) {
    this.#ids = ids;
    this.#order = isSorted(ids) ? undefined : orderOf(ids);
    this.#table = tableOf(this);
  }

  get length(): number {
    return this.#ids.length;
  }

  at(index: number): string | undefined {
    return this.#ids.at(this.userAt(index));
  }

  /** The place of an id, which must be one of them. */
  indexOf(id: string): number {
    const mask = this.#table.length - 1;
    let place = hashOf(id) & mask;
    while (this.at(this.#table[place]!) !== id) place = (place + 1) & mask;
    return this.#table[place]!;
  }

  /** The user whose id it is, which must be one of them. */
  userOf(id: string): number {
    return this.userAt(this.indexOf(id));
  }

  /** The user whose id is `at(index)`. */
  userAt(index: number): number {
    return this.#order === undefined ? index : this.#order[index]!;
  }
}

function isSorted(ids: Ids): boolean {
  for (let index = 1; index < ids.length; index++) if (!(ids.at(index - 1)! < ids.at(index)!)) return false;
  return true;
}

function orderOf(ids: Ids): Int32Array {
  const texts = Array.from({ length: ids.length }, (_, index) => ids.at(index)!);
  return Int32Array.from(texts.keys()).sort((a, b) => (texts[a]! < texts[b]! ? -1 : 1));
}

function tableOf(ids: DeviceList): Int32Array {
  const table = new Int32Array(2 ** Math.ceil(Math.log2(2 * ids.length + 1))).fill(-1);
  for (let index = 0; index < ids.length; index++) {
    let place = hashOf(ids.at(index)!) & (table.length - 1);
    while (table[place] !== -1) place = (place + 1) & (table.length - 1);
    table[place] = index;
  }
  return table;
}

/** FNV-1a over code units, finished so that low bits depend on all. */
function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  return hash ^ (hash >>> 15);
}
