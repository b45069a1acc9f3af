import { openFile } from './bytes.ts';
import { DataError } from './data-error.ts';
import type { IdTable } from './id-table.ts';
import { parseNumber, type Row, type RowVisitor } from './row.ts';
import { visitElements, xmlText } from './xml.ts';
import { ZipFile } from './zip.ts';

const SHEET = /^xl\/worksheets\/[^/]+\.xml$/;
const SHARED_STRINGS = 'xl/sharedStrings.xml';

/** Whether the file begins as a zip file does. */
export async function isXlsx(path: string): Promise<boolean> {
  const file = await openFile(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.readUInt32BE(0) === 0x504b0304;
  } finally {
    await file.close();
  }
}

/**
 * Visits the rows of a workbook's first sheet (Office Open XML, ECMA-376 part 1, section 18.3), which is streamed:
 * only the strings that cells share are held in memory. Dates are day numbers. Cells that a row leaves out are empty,
 * as far as the first row reaches.
 */
export async function scanXlsx(path: string, visit: RowVisitor): Promise<void> {
  const zip = await ZipFile.open(path);
  try {
    const sheet = zip.names
      .filter(name => SHEET.test(name))
      .toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1))[0];
    if (sheet === undefined) throw new DataError(`${path} holds no sheet. Check that it is an Excel workbook (.xlsx).`);
    const shared: string[] = [];
    if (zip.names.includes(SHARED_STRINGS))
      await visitElements(zip.read(SHARED_STRINGS), 'si', (_, content) => shared.push(runsOf(content)));
    const row = new SheetRow(shared);
    await visitElements(zip.read(sheet), 'row', (attributes, content) => {
      row.read(attributes, content);
      if (!row.empty) visit(row);
    });
  } finally {
    await zip.close();
  }
}

class SheetRow implements Row {
  line = 0;
  count = 0;
  readonly problem = undefined;
  readonly #shared: readonly string[];
  #cells: string[] = [];
  /** How many cells the first row has. */
  #width = 0;

  constructor(shared: readonly string[]) {
    this.#shared = shared;
  }

  get empty(): boolean {
    return this.#cells.length === 0;
  }

  read(attributes: string, content: string): void {
    this.line = Number(attribute(attributes, 'r') ?? this.line + 1);
    this.#cells = [];
    for (const match of content.matchAll(CELL)) {
      const [, cellAttributes = '', inner = ''] = match;
      const reference = attribute(cellAttributes, 'r');
      const column = reference === undefined ? this.#cells.length : columnOf(reference);
      while (this.#cells.length < column) this.#cells.push('');
      this.#cells[column] = this.#value(attribute(cellAttributes, 't'), inner);
    }
    this.#width ||= this.#cells.length;
    this.count = Math.max(this.#width, this.#cells.length);
  }

  text(field: number): string {
    return this.#cells[field] ?? '';
  }

  number(field: number): number {
    return parseNumber(this.text(field));
  }

  size(field: number): number {
    return Buffer.byteLength(this.text(field).trim());
  }

  id(field: number, ids: IdTable): number {
    return ids.ofText(this.text(field).trim());
  }

  #value(type: string | undefined, inner: string): string {
    if (type === 'inlineStr') return runsOf(inner);
    const value = VALUE.exec(inner)?.[1] ?? '';
    return type === 's' ? (this.#shared[Number(value)] ?? '') : xmlText(value);
  }
}

const CELL = /<(?:\w+:)?c(\s[^>]*?)?(?:\/>|>(.*?)<\/(?:\w+:)?c>)/gs;
const VALUE = /<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)</;
const RUN = /<(?:\w+:)?t(?:\s[^>]*)?>([^<]*)</g;
/** How a word is read aloud: not part of the text. */
const PHONETIC = /<(?:\w+:)?rPh\b.*?<\/(?:\w+:)?rPh>/gs;

/** The text of a string that may be made of runs of different looks. */
function runsOf(content: string): string {
  return Array.from(content.replaceAll(PHONETIC, '').matchAll(RUN), ([, text = '']) => xmlText(text)).join('');
}

function attribute(attributes: string, name: string): string | undefined {
  const start = attributes.indexOf(` ${name}="`);
  if (start < 0) return undefined;
  const from = start + name.length + 3;
  return attributes.slice(from, attributes.indexOf('"', from));
}

/** `C12` is column 2. */
function columnOf(reference: string): number {
  let column = 0;
  for (let at = 0; at < reference.length; at++) {
    const letter = reference.charCodeAt(at) - 64;
    if (letter < 1 || letter > 26) break;
    column = column * 26 + letter;
  }
  return column - 1;
}
