import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../../simulations/data/index.ts';
import { describeWithData } from '../../support/data.ts';
import { useFolder } from './files.ts';

const folder = useFolder();

/** The same three ratings in every form; the later comes first. */
const FORMS = {
  'u.data': '1\t20\t3\t881250949\n1\t10\t5\t881250940\n2\t20\t1\t881250000\n',
  'ratings.dat': '1::20::3::881250949\n1::10::5::881250940\n2::20::1::881250000\n',
  'ratings.csv':
    'userId,movieId,rating,timestamp\r\n1,20,3.0,881250949\r\n1,10,5.0,881250940\r\n2,20,0.5,881250000\r\n',
};
const flags = (...genres: number[]) =>
  Array.from({ length: 19 }, (_, genre) => (genres.includes(genre) ? 1 : 0)).join('|');
const TITLES = {
  'u.item': Buffer.from(
    `10|"Léon" (1994)|01-Jan-1994||url|${flags(1, 16)}\n20|Brazil (1985)|||url|${flags(15)}\n30|x|||u|${flags()}\n`,
    'latin1',
  ),
  'movies.dat': Buffer.from('10::"Léon" (1994)::Action|Thriller\n20::Brazil (1985)::Sci-Fi\n30::x::Drama\n', 'latin1'),
  'movies.csv': 'movieId,title,genres\n10,"""Léon"" (1994)",Action|Thriller\n20,Brazil (1985),Sci-Fi\n30,x,Drama\n',
};

describe('movielens', () => {
  it.each([
    ['u.data', 'u.item'],
    ['ratings.dat', 'movies.dat'],
    ['ratings.csv', 'movies.csv'],
  ] as const)(
    'reads %s with the titles and genres of %s, packed or not, as file or folder',
    async (ratings, titles) => {
      await mkdir(join(folder.path(), ratings, 'packed'), { recursive: true });
      const file = await folder.write(`${ratings}/${ratings}`, FORMS[ratings]);
      const bare = await loadDataset(`movielens:${file}`);
      expect(bare.catalogue.items).toEqual([{ id: '20' }, { id: '10' }]);
      await folder.write(`${ratings}/${titles}`, TITLES[titles]);
      await folder.write(`${ratings}/packed/${ratings}.gz`, gzipSync(Buffer.from(FORMS[ratings])));
      await folder.write(`${ratings}/packed/${titles}.gz`, gzipSync(Buffer.from(TITLES[titles])));
      const data = await loadDataset(`movielens:${file}`);
      expect(data.users).toEqual(['1', '2']);
      expect(data.catalogue.items).toEqual([
        { id: '20', title: 'Brazil (1985)', category: 'Sci-Fi' },
        { id: '10', title: '"Léon" (1994)', category: 'Action|Thriller' },
      ]);
      expect([...data.population.purchases.items]).toEqual([1, 0, 0]);
      expect(data.population.purchases.times[0]).toBe(881_250_940_000);
      expect(data.population.purchases.quantities).toEqual(Float32Array.of(1, 1, 1));
      for (const path of [join(folder.path(), ratings), join(folder.path(), ratings, 'packed')]) {
        expect((await loadDataset(`movielens:${path}`)).hash).toBe(data.hash);
      }
    },
  );

  it('counts bad rows', async () => {
    await mkdir(join(folder.path(), 'bad'));
    const good = Array.from({ length: 300 }, (_, at) => `1\t${at}\t3\t${at}\n`).join('');
    const file = await folder.write('bad/u.data', `${good}1\t2\tgood\t4\n1\t2\t3\t\n\t2\t3\t4\n`);
    expect((await loadDataset(`movielens:${file}`)).report.bad.examples).toEqual([
      { line: 301, reason: '"good" is not a rating' },
      { line: 302, reason: '"" is not a Unix time' },
      { line: 303, reason: 'the user is empty' },
    ]);
    await folder.write('bad/u.item', '1|Toy Story|no flags\n');
    await expect(loadDataset(`movielens:${file}`)).rejects.toThrow(/u.item: 1 of 1 rows are malformed/);
  });
});

describeWithData('movielens-100k/u.data', 'MovieLens 100K', path => {
  it('has the known counts', async () => {
    const data = await loadDataset(`movielens:${path}`);
    expect([data.users.length, data.catalogue.size, data.population.pairs]).toEqual([943, 1682, 100_000]);
    expect(data.report).toEqual({ rows: 100_000, setAside: {}, bad: { count: 0, examples: [] } });
    expect(data.catalogue.items[data.catalogue.indexOf('1')!]).toEqual({
      id: '1',
      title: 'Toy Story (1995)',
      category: "Animation|Children's|Comedy",
    });
    expect(data.catalogue.items.every(item => item.title !== undefined && item.category !== undefined)).toBe(true);
  });
});

describeWithData('movielens-1m/interactions.csv.gz', 'MovieLens 1M as ordered interactions', path => {
  it('has the known counts, and each history in the order of its positions', async () => {
    const data = await loadDataset(`movielens:${path}`);
    expect([data.users.length, data.catalogue.size, data.population.pairs]).toEqual([6040, 3706, 1_000_209]);
    const { times } = data.population.history(17).purchases;
    expect([...times]).toEqual(Array.from(times, (_, position) => position));
    expect(data.catalogue.items[data.catalogue.indexOf('73')!]!.title).toBe('Misérables, Les (1995)');
  });
});
