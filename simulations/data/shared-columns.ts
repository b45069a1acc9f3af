import type { Purchases } from '../../shared/history.ts';

/** The ids of users by their index; an array of strings is one. */
export interface Ids {
  readonly length: number;
  at(index: number): string | undefined;
}

/** Zeros that all threads of the process see. */
export function sharedColumn(type: Int32ArrayConstructor, length: number): Int32Array;
export function sharedColumn(type: Float32ArrayConstructor, length: number): Float32Array;
export function sharedColumn(type: Float64ArrayConstructor, length: number): Float64Array;
export function sharedColumn(
  type: Int32ArrayConstructor | Float32ArrayConstructor | Float64ArrayConstructor,
  length: number,
): Int32Array | Float32Array | Float64Array {
  const buffer = new SharedArrayBuffer(length * type.BYTES_PER_ELEMENT);
  return new (type as Int32ArrayConstructor)(buffer);
}

/** Columns of so many purchases. */
export function sharedPurchases(count: number): Purchases {
  return {
    items: sharedColumn(Int32Array, count),
    times: sharedColumn(Float64Array, count),
    baskets: sharedColumn(Int32Array, count),
    quantities: sharedColumn(Float32Array, count),
  };
}

/** Ids that all threads see, one copy for all, in the order given. */
export class SharedIds implements Ids {
  readonly #offsets: Int32Array;
  /** UTF-16 code units, one id behind the other. */
  readonly #units: Uint16Array;
  readonly #bytes: Buffer;

  constructor({ offsets, units }: SharedIds['columns']) {
    this.#offsets = offsets;
    this.#units = units;
    this.#bytes = Buffer.from(units.buffer);
  }

  static of(ids: Ids): SharedIds {
    const offsets = sharedColumn(Int32Array, ids.length + 1);
    for (let index = 0; index < ids.length; index++) offsets[index + 1] = offsets[index]! + ids.at(index)!.length;
    const units = new Uint16Array(new SharedArrayBuffer(2 * offsets[ids.length]!));
    for (let index = 0; index < ids.length; index++) {
      const id = ids.at(index)!;
      for (let at = 0; at < id.length; at++) units[offsets[index]! + at] = id.charCodeAt(at);
    }
    return new SharedIds({ offsets, units });
  }

  /** What another thread makes the same ids of. */
  get columns(): { readonly offsets: Int32Array; readonly units: Uint16Array } {
    return { offsets: this.#offsets, units: this.#units };
  }

  get length(): number {
    return this.#offsets.length - 1;
  }

  at(index: number): string {
    return this.#bytes.toString('utf16le', 2 * this.#offsets[index]!, 2 * this.#offsets[index + 1]!);
  }
}
