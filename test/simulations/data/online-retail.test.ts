import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../../simulations/data/index.ts';
import { describeWithData } from '../../support/data.ts';
import { useFolder } from './files.ts';

const folder = useFolder();

const HEADER = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
];
/** Dates as day numbers; 40513.3513888889 is 2010-12-01 08:26. */
const ROWS: (string | number)[][] = [
  [536365, '85123A', 'HEART HOLDER & "LIGHT"', 6, 40513.3513888889, 2.55, 17850, 'United Kingdom'],
  [536365, 71053, '', 6, 40513.3513888889, 3.39, 17850, ''],
  ['C536379', 'D', 'Discount', -1, 40513.3951388889, 27.5, 14527, 'United Kingdom'],
  [536414, 22139, '', 56, 40513.4944444444, 0, '', 'United Kingdom'],
  [536500, 22139, 'GIFT', -5, 40513.5, 1.5, 12345, 'France'],
  [536501, 22139, 'GIFT', 5, 40513.5, 0, 12345, 'France'],
  [536502, 71053, 'WHITE METAL LANTERN', 2, 40512, 3.39, 17850, 'France'],
];

const EXPECTED = {
  users: ['17850'],
  items: [
    { id: '85123A', title: 'HEART HOLDER & "LIGHT"' },
    { id: '71053', title: 'WHITE METAL LANTERN' },
  ],
  report: {
    rows: 7,
    setAside: { cancelled: 1, 'no customer': 1, return: 1, 'no price': 1 },
    bad: { count: 0, examples: [] },
  },
};

function iso(days: number): string {
  const time = new Date(Math.round((days - 25_569) * 86_400) * 1000);
  return time.toISOString().slice(0, 19).replace('T', ' ');
}

function csvOf(date: (days: number) => string, customer: (id: string) => string): string {
  const quoted = (value: string | number): string => `"${String(value).replaceAll('"', '""')}"`;
  const rows = ROWS.map(row =>
    row
      .with(4, date(Number(row[4])))
      .with(6, customer(String(row[6])))
      .map(quoted)
      .join(','),
  );
  return [HEADER.join(','), ...rows].join('\r\n');
}

const column = (index: number) => String.fromCharCode(65 + index);
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** A workbook as Excel writes it: shared strings, empty cells with a style only or left out, the sheet before the strings. */
function sharedStringsWorkbook(level: 0 | 6): Uint8Array {
  const strings: string[] = [];
  const cell = (value: string | number, at: number, line: number): string => {
    const place = `${column(at)}${line}`;
    if (value === '') return at % 2 === 0 ? `<c r="${place}" s="1"/>` : '';
    if (typeof value === 'number') return `<c r="${place}" s="2"><v>${value}</v></c>`;
    if (!strings.includes(value)) strings.push(value);
    return `<c r="${place}" t="s"><v>${strings.indexOf(value)}</v></c>`;
  };
  const rows = [HEADER, ...ROWS].map(
    (row, at) =>
      `<row r="${at + 1}" spans="1:8">${row.map((value, index) => cell(value, index, at + 1)).join('')}</row>`,
  );
  const items = strings.map((text, at) =>
    at % 2 === 0
      ? `<si><t xml:space="preserve">${escaped(text)}</t></si>`
      : `<si><r><t>${escaped(text.slice(0, 1))}</t></r><r><rPr/><t>${escaped(text.slice(1))}</t></r><rPh sb="0" eb="1"><t>no</t></rPh></si>`,
  );
  const sheet = `<?xml version="1.0"?><worksheet><sheetData>${rows.join('')}<row r="99" s="1"/></sheetData><rowBreaks/></worksheet>`;
  return zipSync(
    {
      'xl/workbook.xml': strToU8('<workbook/>'),
      'xl/worksheets/sheet1.xml': strToU8(sheet),
      'xl/worksheets/sheet2.xml': strToU8('<worksheet/>'),
      'xl/sharedStrings.xml': strToU8(`<sst>${items.join('')}</sst>`),
    },
    { level },
  );
}

/** As other programs write one: strings in the cells, a namespace prefix, no cell references. */
function inlineStringsWorkbook(): Uint8Array {
  const cell = (value: string | number): string => {
    if (value === '') return '<x:c/>';
    if (typeof value === 'number') return `<x:c t="n"><x:v>${value}</x:v></x:c>`;
    return `<x:c t="inlineStr"><x:is><x:t>${escaped(value)}</x:t></x:is></x:c>`;
  };
  const rows = [HEADER, ...ROWS].map(row => `<x:row>${row.map(cell).join('')}</x:row>`);
  return zipSync({
    'xl/worksheets/sheet.xml': strToU8(`<x:worksheet><x:sheetData>${rows.join('')}</x:sheetData></x:worksheet>`),
  });
}

describe('online-retail', () => {
  it.each([
    ['csv', csvOf(iso, id => id)],
    ['csv with customers like 17850.0', csvOf(iso, id => (id === '' ? '' : `${id}.0`))],
    [
      "UCI's own csv, dates with the month first",
      csvOf(
        days => monthFirst(iso(days)),
        id => id,
      ),
    ],
    ['xlsx', sharedStringsWorkbook(6)],
    ['xlsx that is not compressed', sharedStringsWorkbook(0)],
    ['xlsx with strings in its cells', inlineStringsWorkbook()],
  ])('reads %s', async (name, content) => {
    const data = await loadDataset(`online-retail:${await folder.write(name.replaceAll(/\W/g, '-'), content)}`);
    expect({ users: data.users, items: data.catalogue.items, report: data.report }).toEqual(EXPECTED);
    const { items, times, baskets, quantities } = data.population.purchases;
    expect([...items]).toEqual([1, 0, 1]);
    expect([...baskets]).toEqual([0, 1, 1]);
    expect([...quantities]).toEqual([2, 6, 6]);
    expect([...times]).toEqual([Date.UTC(2010, 10, 30), Date.UTC(2010, 11, 1, 8, 26), Date.UTC(2010, 11, 1, 8, 26)]);
  });

  it('counts bad rows by their line', async () => {
    const rows = Array.from({ length: 500 }, (_, at) => `5${at},item${at},x,1,2011-01-01,1.5,17850,UK`);
    const bad = [
      ',a,x,1,2011-01-01,1,1,UK',
      '1,a,x,many,2011-01-01,1,1,UK',
      '1,a,x,1,2011-02-31,1,1,UK',
      '1,a,x,1,2011-02-01,free,1,UK',
    ];
    const file = await folder.write('bad.csv', [HEADER.join(','), ...rows, ...bad].join('\n'));
    expect((await loadDataset(`online-retail:${file}`)).report.bad.examples).toEqual([
      { line: 502, reason: 'the invoice is empty' },
      { line: 503, reason: '"many" is not a quantity' },
      { line: 504, reason: '"2011-02-31" is not a date' },
      { line: 505, reason: '"free" is not a price' },
    ]);
  });

  it('refuses other tables, damaged workbooks and zip files without a sheet', async () => {
    const load = async (name: string, content: string | Uint8Array) =>
      loadDataset(`online-retail:${await folder.write(name, content)}`);
    await expect(load('other.csv', 'user,item,time\na,b,1\n')).rejects.toThrow(
      /is not UCI Online Retail: it has no column/,
    );
    const workbook = sharedStringsWorkbook(6);
    for (const length of [4, 40, workbook.length >> 1, workbook.length - 1]) {
      await expect(load('cut.xlsx', workbook.subarray(0, length))).rejects.toThrow(/is damaged/);
    }
    const spoilt = workbook.slice();
    spoilt.fill(0xff, 200, 300);
    await expect(load('spoilt.xlsx', spoilt)).rejects.toThrow(/is damaged/);
    await expect(load('notes.xlsx', zipSync({ 'notes.txt': strToU8('x') }))).rejects.toThrow(/holds no sheet/);
  });
});

function monthFirst(time: string): string {
  const [, year, month, day, hour, minute] = /^(\d+)-(\d+)-(\d+) (\d+):(\d+)/.exec(time)!;
  return `${Number(month)}/${Number(day)}/${year} ${Number(hour)}:${minute}`;
}

describeWithData('online-retail/online_retail.csv.gz', 'UCI Online Retail', path => {
  it('has the known counts', async () => {
    const data = await loadDataset(`online-retail:${path}`);
    expect(data.report.rows).toBe(541_909);
    expect(data.report.bad.count).toBe(0);
    expect(data.report.setAside['no customer']).toBe(135_080);
    expect(data.population.purchases.items).toHaveLength(397_884);
    expect([data.users.length, data.catalogue.size, data.population.pairs]).toEqual([4338, 3665, 266_792]);
    expect(data.users[0]).toBe('17850');
    expect(data.catalogue.items[0]).toEqual({ id: '85123A', title: 'WHITE HANGING HEART T-LIGHT HOLDER' });
  });
});
