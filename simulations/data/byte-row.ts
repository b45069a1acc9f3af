import type { IdTable } from './id-table.ts';
import { parseNumber, type Row } from './row.ts';
import { bufferOf, decodeText } from './text.ts';

const BLANK = 0x20;
const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;
/**
 * Below 10^15 the digits of a number and 10^(its decimals) are exact doubles, so that one division rounds correctly.
 */
const EXACT_DIGITS = 15;

/** A row as places in a buffer; nothing is decoded before it is asked for. */
export class ByteRow implements Row {
  line = 0;
  count = 0;
  problem: string | undefined;
  #bytes = bufferOf(new Uint8Array(0));
  #starts = new Int32Array(64);
  #ends = new Int32Array(64);
  /** 1 where the field holds doubled quotes. */
  #doubled = new Uint8Array(64);

  /** Starts over on `bytes`. */
  reset(bytes: Buffer, line: number): void {
    this.#bytes = bytes;
    this.line = line;
    this.count = 0;
    this.problem = undefined;
  }

  /** Adds the field at bytes[start, end), without the quotes around it. */
  add(start: number, end: number, doubledQuotes: boolean): void {
    if (this.count === this.#starts.length) this.#grow();
    this.#starts[this.count] = start;
    this.#ends[this.count] = end;
    this.#doubled[this.count] = doubledQuotes ? 1 : 0;
    this.count++;
  }

  text(field: number): string {
    if (field >= this.count) return '';
    const text = decodeText(this.#bytes, this.#starts[field]!, this.#ends[field]!);
    return this.#doubled[field] === 1 ? text.replaceAll('""', '"') : text;
  }

  number(field: number): number {
    const end = this.#end(field);
    let at = this.#start(field, end);
    const negative = this.#bytes[at] === MINUS;
    if (negative) at++;
    let digits = 0;
    let value = 0;
    let scale = 1;
    let afterPoint = false;
    for (; at < end; at++) {
      const byte = this.#bytes[at]!;
      if (byte === POINT && !afterPoint) {
        afterPoint = true;
        continue;
      }
      const digit = byte - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      digits++;
      if (afterPoint) scale *= 10;
    }
    if (at < end || digits === 0 || digits > EXACT_DIGITS) return parseNumber(this.text(field));
    return (negative ? -value : value) / scale;
  }

  size(field: number): number {
    const end = this.#end(field);
    return end - this.#start(field, end);
  }

  id(field: number, ids: IdTable): number {
    if (this.#doubled[field] === 1) return ids.ofText(this.text(field).trim());
    const end = this.#end(field);
    return ids.ofBytes(this.#bytes, this.#start(field, end), end);
  }

  /** Where the field begins, blanks left out. */
  #start(field: number, end: number): number {
    if (field >= this.count) return end;
    let start = this.#starts[field]!;
    while (start < end && this.#bytes[start]! <= BLANK) start++;
    return start;
  }

  #end(field: number): number {
    if (field >= this.count) return 0;
    const start = this.#starts[field]!;
    let end = this.#ends[field]!;
    while (end > start && this.#bytes[end - 1]! <= BLANK) end--;
    return end;
  }

  #grow(): void {
    const length = this.#starts.length * 2;
    const starts = new Int32Array(length);
    const ends = new Int32Array(length);
    const doubled = new Uint8Array(length);
    starts.set(this.#starts);
    ends.set(this.#ends);
    doubled.set(this.#doubled);
    this.#starts = starts;
    this.#ends = ends;
    this.#doubled = doubled;
  }
}
