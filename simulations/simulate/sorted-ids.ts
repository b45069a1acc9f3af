import type { DeviceList } from '../../server/fleet.ts';
import type { Ids } from '../data/shared-columns.ts';

/** The ids of users in ascending order, and the way back from an id to its user. */
export class SortedIds implements DeviceList {
  readonly #ids: Ids;
  /** Users in the order of their ids; undefined where that is their own order. */
  readonly #order: Int32Array | undefined;

  constructor(ids: Ids) {
    this.#ids = ids;
    this.#order = isSorted(ids) ? undefined : orderOf(ids);
  }

  get length(): number {
    return this.#ids.length;
  }

  at(index: number): string | undefined {
    return this.#ids.at(this.#userAt(index));
  }

  /** The user whose id it is, which must be one of them. */
  userOf(id: string): number {
    let low = 0;
    let high = this.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.at(middle)! < id) low = middle + 1;
      else high = middle;
    }
    return this.#userAt(low);
  }

  #userAt(index: number): number {
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
