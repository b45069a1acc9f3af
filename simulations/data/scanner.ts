import { ByteRow } from './byte-row.ts';
import { readBytes } from './bytes.ts';
import { DataError } from './data-error.ts';
import type { RowVisitor } from './row.ts';
import { bufferOf } from './text.ts';

/** How a text file is divided into rows and fields. */
export interface TableFormat {
  /** One or two ASCII characters; if left out, the one of , ; | and tab that the first line holds most often. */
  readonly delimiter?: string;
  /** Whether a field that begins with " ends at the next single " (RFC 4180); otherwise quotes are plain text. */
  readonly quotes: boolean;
}

const QUOTE = 0x22;
const CR = 0x0d;
const LF = 0x0a;
const INCOMPLETE = -1;
const MALFORMED = -2;
const MAX_ROW_BYTES = 1 << 20;

/** Visits the rows of a text file, unpacked if need be. */
export async function scanFile(path: string, format: TableFormat, visit: RowVisitor): Promise<void> {
  const scanner = new RowScanner(path, format, visit);
  for await (const chunk of readBytes(path)) scanner.push(chunk);
  scanner.end();
}

/**
 * Cuts a stream of bytes into rows. Rows end with LF or CR LF, or where the file ends; empty lines are no rows; a byte
 * order mark is skipped. A row whose quotes do not fit together is visited with its `problem`, and the line after its
 * first one is where the next row begins: a stray quote costs one line.
 */
export class RowScanner {
  readonly #name: string;
  readonly #quotes: boolean;
  readonly #visit: RowVisitor;
  readonly #row = new ByteRow();
  /** What is still to be cut is bytes[from, filled), and bytes[filled] is a line feed that ends every search. */
  #bytes = bufferOf(new Uint8Array(1 << 16));
  #from = 0;
  #filled = 0;
  #line = 1;
  /** Line feeds inside the quotes of the current row. */
  #innerLines = 0;
  #begun = false;
  /** The delimiter's bytes; the second is -1 if there is one only. */
  #first: number | undefined;
  #second = -1;

  /** @param name what errors call the file */
  constructor(name: string, format: TableFormat, visit: RowVisitor) {
    this.#name = name;
    this.#quotes = format.quotes;
    this.#visit = visit;
    if (format.delimiter !== undefined) this.#setDelimiter(format.delimiter);
  }

  push(chunk: Uint8Array): void {
    const kept = this.#filled - this.#from;
    const needed = kept + chunk.length + 1;
    const target = needed > this.#bytes.length ? bufferOf(new Uint8Array(needed * 2)) : this.#bytes;
    target.set(this.#bytes.subarray(this.#from, this.#filled));
    target.set(chunk, kept);
    this.#bytes = target;
    this.#from = 0;
    this.#filled = kept + chunk.length;
    this.#scan(false);
  }

  end(): void {
    if (this.#filled > this.#from && this.#bytes[this.#filled - 1] !== LF) this.push(Uint8Array.of(LF));
    this.#scan(true);
  }

  #scan(last: boolean): void {
    this.#bytes[this.#filled] = LF;
    if (!this.#begun && !this.#begin(last)) return;
    while (this.#from < this.#filled) {
      this.#row.reset(this.#bytes, this.#line);
      this.#innerLines = 0;
      const end = this.#cut();
      if (end >= 0) {
        this.#from = end;
        this.#line += 1 + this.#innerLines;
        if (this.#row.count > 1 || this.#row.size(0) > 0) this.#visit(this.#row);
        continue;
      }
      const tooLong = this.#filled - this.#from > MAX_ROW_BYTES;
      if (end === INCOMPLETE && !last && !tooLong) return;
      const next = this.#bytes.indexOf(LF, this.#from) + 1;
      if (next > this.#filled) {
        if (!tooLong) return;
        throw new DataError(
          `${this.#name}: line ${this.#line} is longer than a megabyte. Check that this is a text file with one row a line.`,
        );
      }
      this.#row.reset(this.#bytes, this.#line);
      this.#row.problem = end === MALFORMED ? 'text follows a closing quote' : 'a quote is never closed';
      this.#from = next;
      this.#line++;
      this.#visit(this.#row);
    }
  }

  /** Skips the byte order mark and finds the delimiter; false if that takes more bytes. */
  #begin(last: boolean): boolean {
    const bytes = this.#bytes;
    if (this.#filled < 3 && !last) return false;
    if (this.#filled >= 2 && (bytes.readUInt16BE(0) === 0xfffe || bytes.readUInt16BE(0) === 0xfeff))
      throw new DataError(`${this.#name} is UTF-16 text. Save it as UTF-8.`);
    const start = this.#filled >= 3 && bytes.readUIntBE(0, 3) === 0xefbbbf ? 3 : 0;
    if (this.#first === undefined) {
      const end = bytes.indexOf(LF, start);
      if (end >= this.#filled && !last && this.#filled <= MAX_ROW_BYTES) return false;
      this.#setDelimiter(mostFrequent(bytes.subarray(start, end)));
    }
    this.#from = start;
    this.#begun = true;
    return true;
  }

  /** Cuts the row at `from` into fields. Returns where the next row begins, INCOMPLETE or MALFORMED. */
  #cut(): number {
    const bytes = this.#bytes;
    const filled = this.#filled;
    const first = this.#first!;
    const second = this.#second;
    const width = second < 0 ? 1 : 2;
    let at = this.#from;
    for (;;) {
      const quoted = this.#quotes && bytes[at] === QUOTE;
      if (quoted) {
        at = this.#quotedField(at + 1);
        if (at < 0) return at;
      } else {
        const start = at;
        let byte = bytes[at]!;
        if (width === 1) while (byte !== LF && byte !== first) byte = bytes[++at]!;
        else while (byte !== LF && (byte !== first || bytes[at + 1] !== second)) byte = bytes[++at]!;
        if (at >= filled) return INCOMPLETE;
        this.#row.add(start, byte === LF && at > start && bytes[at - 1] === CR ? at - 1 : at, false);
      }
      if (bytes[at] === LF) return at + 1;
      at += width;
    }
  }

  /** Reads a field whose quotes opened before `start`. Returns where its delimiter or line feed is. */
  #quotedField(start: number): number {
    const bytes = this.#bytes;
    const filled = this.#filled;
    let at = start;
    let doubled = false;
    for (;;) {
      for (; at < filled && bytes[at] !== QUOTE; at++) if (bytes[at] === LF) this.#innerLines++;
      if (at + 1 >= filled) return INCOMPLETE;
      if (bytes[at + 1] !== QUOTE) break;
      doubled = true;
      at += 2;
    }
    this.#row.add(start, at, doubled);
    at++;
    if (bytes[at] === CR && bytes[at + 1] === LF) at++;
    if (at + 1 >= filled && bytes[filled - 1] !== LF) return INCOMPLETE;
    if (bytes[at] === LF) return at;
    return bytes[at] === this.#first && (this.#second < 0 || bytes[at + 1] === this.#second) ? at : MALFORMED;
  }

  #setDelimiter(delimiter: string): void {
    this.#first = delimiter.charCodeAt(0);
    this.#second = delimiter.length > 1 ? delimiter.charCodeAt(1) : -1;
  }
}

function mostFrequent(line: Buffer): string {
  const text = line.toString('latin1').replaceAll(/"[^"]*"/g, '');
  const counts = [',', '\t', ';', '|'].map(delimiter => ({ delimiter, count: text.split(delimiter).length }));
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).delimiter;
}
