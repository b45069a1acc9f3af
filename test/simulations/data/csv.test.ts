import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../simulations/data/dataset.ts';
import { type LoadOptions, loadDataset } from '../../../simulations/data/index.ts';
import { useFolder } from './files.ts';

const folder = useFolder();
let files = 0;

async function load(text: string | Uint8Array, options: LoadOptions = {}): Promise<Dataset> {
  return loadDataset(`csv:${await folder.write(`table${files++}.csv`, text)}`, options);
}

/** Each user's purchases as `item@time#basket`. */
function histories({ users, population, catalogue }: Dataset): Record<string, string> {
  const describeRow = (items: number, time: number, basket: number) =>
    `${catalogue.items[items]!.id}@${time}#${basket}`;
  return Object.fromEntries(
    users.map((user, index) => {
      const { items, times, baskets } = population.history(index).purchases;
      return [user, Array.from(items, (item, row) => describeRow(item, times[row]!, baskets[row]!)).join(' ')];
    }),
  );
}

describe('csv', () => {
  it('finds columns by their names, whatever their order, case and punctuation', async () => {
    const data = await load(
      'Customer ID,Qty,Product_ID,Timestamp,Title,Category\nann,2,tea,5,Green tea,Drinks\nbob,1,pen,6,"Pen, red",\n',
    );
    expect(histories(data)).toEqual({ ann: 'tea@5000#0', bob: 'pen@6000#0' });
    expect(data.catalogue.items).toEqual([
      { id: 'tea', title: 'Green tea', category: 'Drinks' },
      { id: 'pen', title: 'Pen, red' },
    ]);
    expect([...data.population.purchases.quantities]).toEqual([2, 1]);
    expect(data.report).toEqual({ rows: 2, setAside: {}, bad: { count: 0, examples: [] } });
  });

  it('lets a mapping name the columns', async () => {
    const text = 'user,item,when,then\nann,tea,7,1\nann,pen,6,2\n';
    expect(histories(await load(text, { columns: { time: 'when' } }))).toEqual({ ann: 'pen@6000#0 tea@7000#1' });
    expect(histories(await load(text, { columns: { order: 'then' } }))).toEqual({ ann: 'tea@1#0 pen@2#1' });
    expect(histories(await load(text, { columns: { user: 'item', item: 'user', order: 'then' } }))).toEqual({
      tea: 'ann@1#0',
      pen: 'ann@2#0',
    });
  });

  it('takes the time over a position where it finds both', async () => {
    const data = await load('user,item,position,time\nann,tea,1,7\nann,pen,2,6\n');
    expect(histories(data)).toEqual({ ann: 'pen@6000#0 tea@7000#1' });
  });

  it('reads Unix seconds, Unix milliseconds and ISO dates', async () => {
    const data = await load('user,item,date\nann,a,1291191960\nann,b,1291191960001\nann,c,2010-12-01 08:26:00.002\n');
    expect(histories(data)).toEqual({ ann: 'a@1291191960000#0 b@1291191960001#1 c@1291191960002#2' });
  });

  it('orders by time, then basket, then place in the file', async () => {
    const rows = [
      'ann,late,9,5',
      'bob,x,1,1',
      'ann,second,8,10',
      'ann,first,8,9',
      'ann,third,8,10',
      'ann,named,8,9b',
      'ann,none,8,',
    ];
    const data = await load(`user,item,time,basket\n${rows.join('\n')}\n`);
    expect(histories(data)).toEqual({
      ann: 'none@8000#0 first@8000#1 second@8000#2 third@8000#2 named@8000#3 late@9000#4',
      bob: 'x@1000#0',
    });
  });

  it('takes purchases of one moment for one basket where no basket is named', async () => {
    expect(histories(await load('user,item,time\na,x,1\na,y,1\na,z,2\n'))).toEqual({ a: 'x@1000#0 y@1000#0 z@2000#1' });
  });

  it('numbers users and items by their first purchase in the file', async () => {
    const data = await load('user,item,time,quantity\nghost,ghost,1,0\nbob,pen,9,1\nann,tea,1,1\nbob,ink,1,1\n');
    expect(data.users).toEqual(['bob', 'ann']);
    expect(data.catalogue.items.map(item => item.id)).toEqual(['pen', 'tea', 'ink']);
    expect(data.report.setAside).toEqual({ return: 1 });
  });

  it('does not mind CR LF, a byte order mark, packing, blanks and the order of columns; the hash is that of the purchases', async () => {
    const plain = 'user,item,time\nann,tea,1\nbob,pen,2\n';
    const { hash } = await load(plain);
    const same = [
      '\ufeffuser,item,time\r\nann,tea,1\r\nbob,pen,2',
      'item;time;user\ntea; 1;ann\n"pen";2; bob \n',
      gzipSync(Buffer.from(plain)),
    ];
    for (const text of same) expect((await load(text)).hash).toBe(hash);
    const others = ['ann,tea,1\nbob,pen,3', 'ann,tea,1\nbob,ink,2', 'ann,tea,1\nbo,pen,2', 'bob,pen,2\nann,tea,1'];
    for (const text of others) expect((await load(`user,item,time\n${text}\n`)).hash).not.toBe(hash);
  });
});

describe('bad rows', () => {
  const bad = [
    'ann,tea',
    'ann,tea,1,2',
    ',tea,1',
    'ann, ,1',
    'ann,tea,soon',
    `ann,${'x'.repeat(257)},1`,
    '"ann,tea,1',
    '"ann"a,tea,1',
  ];
  const good = Array.from({ length: 1000 }, (_, at) => `ann,item${at},${at}`);

  it('are counted and shown with their lines', async () => {
    const data = await load(['user,item,time', ...good, ...bad].join('\n'));
    expect(data.report.rows).toBe(1008);
    expect(data.report.bad).toEqual({
      count: 8,
      examples: [
        { line: 1002, reason: '2 fields where 3 belong' },
        { line: 1003, reason: '4 fields where 3 belong' },
        { line: 1004, reason: 'the user is empty' },
        { line: 1005, reason: 'the item is empty' },
        { line: 1006, reason: '"soon" is not a Unix time or an ISO date' },
        { line: 1007, reason: 'the item is longer than 256 bytes' },
        { line: 1008, reason: 'text follows a closing quote' },
        { line: 1009, reason: 'text follows a closing quote' },
      ],
    });
    expect(data.population.purchases.items).toHaveLength(1000);
  });

  it('may have too long a basket', async () => {
    const long = `"${'""'.repeat(300)}"`;
    const data = await load(['user,item,time,basket', ...good.map(row => `${row},1`), `ann,tea,1,${long}`].join('\n'));
    expect(data.report.bad.examples).toEqual([{ line: 1002, reason: 'the basket is longer than 256 bytes' }]);
  });

  it('are an error from more than the allowed share on', async () => {
    const atLimit = ['user,item,time', ...good.slice(0, 99), 'bad'].join('\n');
    expect((await load(atLimit)).report.bad.count).toBe(1);
    const beyond = ['user,item,time', ...good.slice(0, 98), 'bad,', 'worse,'].join('\n');
    await expect(load(beyond)).rejects.toMatchObject({ code: 'data' });
    await expect(load(beyond)).rejects.toThrow(
      /2 of 100 rows are malformed, more than 1 %:\n {2}line 100: 2 fields where 3 belong\n {2}line 101: .*\n.*--max-bad-share 0\.02/,
    );
    expect((await load(beyond, { maxBadShare: 0.02 })).report.bad.count).toBe(2);
    await expect(load(atLimit, { maxBadShare: 0 })).rejects.toThrow(/more than 0 %/);
  });
});

describe('what cannot be loaded', () => {
  it.each([
    ['nonsense', /no data called "nonsense".*synthetic, online-retail:PATH/],
    ['csv', /names no file. Give csv:PATH/],
    ['csv:/does/not/exist.csv', /There is no file \/does\/not\/exist.csv/],
    ['movielens:/does/not/exist', /There is no file/],
    ['online-retail:/does/not/exist', /There is no file/],
    ['toString:x', /no data called/],
  ])('%s', async (spec, message) => {
    await expect(loadDataset(spec)).rejects.toMatchObject({ message: expect.stringMatching(message) });
  });

  it('a folder, an empty file, a file without purchases, a damaged gzip file', async () => {
    await expect(loadDataset(`csv:${folder.path()}`)).rejects.toThrow(/is a folder/);
    await expect(loadDataset(`movielens:${folder.path()}`)).rejects.toThrow(/holds none of u.data/);
    await expect(load('')).rejects.toThrow(/is empty/);
    await expect(load('user,item,time\n')).rejects.toThrow(/holds no purchases/);
    const packed = gzipSync(Buffer.from(`user,item,time\n${'ann,tea,1\n'.repeat(1000)}`));
    await expect(load(packed.subarray(0, packed.length - 20))).rejects.toThrow(/is damaged/);
  });

  it('a header without the columns that are needed', async () => {
    await expect(load('user,thing,time\na,b,1\n')).rejects.toThrow(
      /hold item; the first line names "user", "thing", "time"/,
    );
    await expect(load('a,b,c\n1,2,3\n')).rejects.toThrow(/hold user, item, time or order/);
    await expect(load('user,item,time\na,b,1\n', { columns: { item: 'thing' } })).rejects.toThrow(
      /no column "thing" for item/,
    );
    await expect(load('user,item,time\na,b,1\n', { columns: Object.fromEntries([['shop', 'user']]) })).rejects.toThrow(
      /No column can hold "shop". Give one of user, item/,
    );
    await expect(load('user,item,time\na,b,1\n', { columns: { time: 'time', order: 'time' } })).rejects.toThrow(
      /one of them/,
    );
  });

  it('options that make no sense', async () => {
    await expect(loadDataset('synthetic:tiny', { columns: { user: 'x' } })).rejects.toThrow(/csv:PATH only/);
    await expect(loadDataset('synthetic:tiny', { maxBadShare: 2 })).rejects.toThrow(/from 0 to 1/);
  });
});
