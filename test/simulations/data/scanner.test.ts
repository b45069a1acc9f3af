import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../simulations/data/data-error.ts';
import { IdTable } from '../../../simulations/data/id-table.ts';
import type { Row } from '../../../simulations/data/row.ts';
import { RowScanner, type TableFormat } from '../../../simulations/data/scanner.ts';

const COMMAS: TableFormat = { delimiter: ',', quotes: true };

/** Scans the text in chunks of the given sizes, over and over; the rest in one. */
function scan(text: string | Uint8Array, format = COMMAS, sizes: readonly number[] = [], visit?: (row: Row) => void) {
  const rows: { line: number; problem: string | undefined; fields: string[] }[] = [];
  const scanner = new RowScanner('test.csv', format, row => {
    const fields = Array.from({ length: row.count }, (_, field) => row.text(field));
    rows.push({ line: row.line, problem: row.problem, fields });
    visit?.(row);
  });
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  let at = 0;
  for (const size of sizes) {
    scanner.push(bytes.subarray(at, at + size));
    at += size;
  }
  scanner.push(bytes.subarray(at));
  scanner.end();
  return rows;
}

const fieldsOf = (text: string, format = COMMAS) => scan(text, format).map(row => row.fields);

describe('RowScanner', () => {
  it('cuts lines that end with LF, CR LF or the file', () => {
    expect(fieldsOf('a,b\nc,\r\n,d')).toEqual([
      ['a', 'b'],
      ['c', ''],
      ['', 'd'],
    ]);
  });

  it('skips a byte order mark and empty lines, and counts lines all the same', () => {
    expect(scan('\ufeffa,b\n\n\r\nc,d\n').map(row => [row.line, ...row.fields])).toEqual([
      [1, 'a', 'b'],
      [4, 'c', 'd'],
    ]);
  });

  it('undoes quotes around delimiters, line ends and quotes', () => {
    const rows = scan('"a,b","say ""hi""","two\nlines"\r\n"","x"y,5" nails\nlast,1,2\n');
    expect(rows[0]).toEqual({ line: 1, problem: undefined, fields: ['a,b', 'say "hi"', 'two\nlines'] });
    expect(rows.at(-1)).toEqual({ line: 4, problem: undefined, fields: ['last', '1', '2'] });
  });

  it('leaves a quote alone that does not begin its field', () => {
    expect(fieldsOf('5" nails,a"b"c\n')).toEqual([['5" nails', 'a"b"c']]);
  });

  it('loses one line to a stray quote, not the rest of the file', () => {
    const rows = scan('a,"b\nc,d\ne,f\n');
    expect(rows.map(row => row.problem)).toEqual(['a quote is never closed', undefined, undefined]);
    expect(rows.map(row => row.line)).toEqual([1, 2, 3]);
    const followed = scan('"a"x,b\nc,d\n');
    expect(followed.map(row => row.problem)).toEqual(['text follows a closing quote', undefined]);
    expect(followed[1]!.fields).toEqual(['c', 'd']);
  });

  it('gives up on an open quote after a megabyte and goes on with the next line', () => {
    const lines = Array.from({ length: 200_000 }, (_, at) => `u${at},i${at}`);
    const rows = scan(`u,"i\n${lines.join('\n')}\n`, COMMAS, Array<number>(40).fill(65_536));
    expect(rows).toHaveLength(200_001);
    expect(rows[0]!.problem).toBe('a quote is never closed');
    expect(rows.at(-1)).toEqual({ line: 200_001, problem: undefined, fields: ['u199999', 'i199999'] });
  });

  it('takes delimiters of two characters, and quotes as text where there is no quoting', () => {
    expect(fieldsOf('1::"Great" Cats: a:b::x\n', { delimiter: '::', quotes: false })).toEqual([
      ['1', '"Great" Cats: a:b', 'x'],
    ]);
  });

  it.each([',', ';', '\t', '|'])('finds the delimiter %j in the first line', delimiter => {
    const header = ['user', '"a,;|\t,;|\tb"', 'item', 'x'].join(delimiter);
    expect(fieldsOf(`${header}\n`, { quotes: true })).toEqual([['user', 'a,;|\t,;|\tb', 'item', 'x']]);
  });

  it('reads text that is not UTF-8 as Windows-1252', () => {
    const latin1 = Buffer.from('Amélie,50 £\n', 'latin1');
    expect(scan(latin1)[0]!.fields).toEqual(['Amélie', '50 £']);
    expect(fieldsOf('Amélie,50 £\n')).toEqual([['Amélie', '50 £']]);
  });

  it('refuses UTF-16 and lines without end', () => {
    expect(() => scan(Buffer.from('\ufeffa,b\n', 'utf16le'))).toThrow(DataError);
    expect(() => scan(new Uint8Array(3 << 20).fill(0x61))).toThrow(/line 1 is longer than a megabyte/);
  });

  it('reads what papaparse reads, however the bytes arrive', () => {
    const field = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom('"', ',', '\n', '\r\n', ' ', 'a', 'é', '€')).map(parts => parts.join('')),
    );
    const plain = field.filter(text => !text.startsWith('\ufeff'));
    const table = fc.array(fc.array(plain, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 8 });
    const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 60 });
    fc.assert(
      fc.property(
        table,
        sizes,
        fc.constantFrom('\n' as const, '\r\n' as const),
        fc.boolean(),
        (rows, cuts, newline, all) => {
          const text = Papa.unparse(rows, { newline, quotes: all });
          const oracle = Papa.parse<string[]>(text, { delimiter: ',', newline, skipEmptyLines: true });
          expect(oracle.data).toEqual(rows);
          expect(scan(text, COMMAS, cuts).map(row => row.fields)).toEqual(rows.map(row => row.map(readable)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('gives the same rows, problems and lines for any text, however the bytes arrive', () => {
    const text = fc.array(fc.constantFrom('"', ',', '\n', '\r', ' ', 'a', 'é')).map(parts => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 40 }), (content, cuts) => {
        expect(scan(content, COMMAS, cuts)).toEqual(scan(content));
      }),
      { numRuns: 1000 },
    );
  });
});

/** Lone surrogates have no UTF-8 form, and a replacement character makes a field be read as Windows-1252. */
function readable(text: string): string {
  const bytes = Buffer.from(text);
  const plain = bytes.toString('utf8');
  return plain.includes('\ufffd') ? new TextDecoder('windows-1252').decode(bytes) : plain;
}

describe('fields as numbers and ids', () => {
  const numberOf = (text: string): number => {
    let number = 0;
    scan(`${text},x\n`, COMMAS, [], row => {
      number = row.number(0);
    });
    return number;
  };

  it('reads every decimal number as JavaScript does', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.maxSafeInteger()),
        value => {
          expect(numberOf(String(value))).toBe(Number(String(value)));
          expect(numberOf(` ${value.toFixed(3)} `)).toBe(Number(value.toFixed(3)));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each(['', ' ', '-', '.', '1.2.3', '0x10', 'Infinity', 'NaN', '1,5', '12a', '1 2', '١'])(
    'takes %j for no number',
    text => {
      expect(numberOf(`"${text}"`)).toBeNaN();
    },
  );

  it.each([
    ['+5', 5],
    ['-.5', -0.5],
    ['5.', 5],
    ['1e3', 1000],
    ['-2.5E-1', -0.25],
  ])('takes %j for %d', (text, value) => {
    expect(numberOf(text)).toBe(value);
  });

  it('numbers ids by their first appearance, as a Map would', () => {
    const ids = fc.array(fc.oneof(fc.constantFrom('a', 'b', 'ab', 'é'), fc.string({ minLength: 1, maxLength: 20 })), {
      maxLength: 2000,
    });
    fc.assert(
      fc.property(ids, texts => {
        const table = new IdTable();
        const oracle = new Map<string, number>();
        for (const text of texts.map(readable)) {
          if (!oracle.has(text)) oracle.set(text, oracle.size);
          expect(table.ofText(text)).toBe(oracle.get(text));
        }
        expect(table.texts()).toEqual([...oracle.keys()]);
      }),
    );
  });

  it('keeps ids apart whose 32-bit FNV-1a hashes are equal', () => {
    const table = new IdTable();
    expect(['costarring', 'liquid', 'declinate', 'macallums'].map(id => table.ofText(id))).toEqual([0, 1, 2, 3]);
  });

  it('keeps many ids apart', () => {
    const table = new IdTable();
    for (let turn = 0; turn < 2; turn++) {
      for (let id = 0; id < 50_000; id++) if (table.ofText(`item ${id}`) !== id) expect.fail(`id ${id}`);
    }
    expect(table.text(49_999)).toBe('item 49999');
  });

  it('ignores blanks around an id, and takes quoted and plain ids for the same', () => {
    const table = new IdTable();
    const numbers: number[] = [];
    scan('a"b,x\n"a""b",x\n  a"b\t,x\n', COMMAS, [], row => numbers.push(row.id(0, table)));
    expect(numbers).toEqual([0, 0, 0]);
  });
});
