import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type ReadTable, readCsv } from './csv.ts';
import { DataError } from './data-error.ts';
import { NO_BASKET, PurchaseTable } from './purchase-table.ts';
import type { RowVisitor } from './row.ts';
import { idProblem, notA, widthProblem } from './row-problems.ts';
import { RowReport } from './row-report.ts';
import { scanFile, type TableFormat } from './scanner.ts';
import { readTime } from './times.ts';

/** Ratings as MovieLens hands them out: user, movie, stars, Unix seconds, without a header. */
const RATINGS: Readonly<Record<string, TableFormat>> = {
  'u.data': { delimiter: '\t', quotes: false },
  'ratings.dat': { delimiter: '::', quotes: false },
};
/** What a folder is searched for, in this order; the last two have a header. */
const RATING_FILES = [...Object.keys(RATINGS), 'ratings.csv', 'interactions.csv'];

/** The flags at the end of a line of u.item, in their order (u.genre). */
const U_ITEM_GENRES = [
  'unknown',
  'Action',
  'Adventure',
  'Animation',
  "Children's",
  'Comedy',
  'Crime',
  'Documentary',
  'Drama',
  'Fantasy',
  'Film-Noir',
  'Horror',
  'Musical',
  'Mystery',
  'Romance',
  'Sci-Fi',
  'Thriller',
  'War',
  'Western',
];
const U_ITEM_FIRST_FLAG = 5;

/** The files of titles, in the order of preference: how they are divided, and where each line has its genres. */
const MOVIES: readonly { file: string; format: TableFormat; width: number; genres: (fields: string[]) => string }[] = [
  {
    file: 'u.item',
    format: { delimiter: '|', quotes: false },
    width: U_ITEM_FIRST_FLAG + U_ITEM_GENRES.length,
    genres: fields => U_ITEM_GENRES.filter((_, flag) => fields[U_ITEM_FIRST_FLAG + flag] === '1').join('|'),
  },
  { file: 'movies.dat', format: { delimiter: '::', quotes: false }, width: 3, genres: fields => fields[2]! },
  { file: 'movies.csv', format: { delimiter: ',', quotes: true }, width: 3, genres: fields => fields[2]! },
];

/**
 * Reads ratings of MovieLens, each an interaction whatever its stars, from u.data, ratings.dat, ratings.csv or a csv
 * file with a header (any of them gzipped), or from a folder that holds one; titles and genres from the file beside it.
 */
export async function readMovielens(path: string, maxBadShare: number): Promise<ReadTable> {
  const file = ratingFile(path);
  const format = RATINGS[basename(file).replace(/\.gz$/, '')];
  const read =
    format === undefined ? await readCsv(file, {}, maxBadShare) : await readRatings(file, format, maxBadShare);
  await readMovies(dirname(file), read.table, maxBadShare);
  return read;
}

function ratingFile(path: string): string {
  if (!existsSync(path) || !statSync(path).isDirectory()) return path;
  const found = RATING_FILES.map(name => findPacked(path, name)).find(file => file !== undefined);
  if (found === undefined)
    throw new DataError(
      `The folder ${path} holds none of ${RATING_FILES.join(', ')} (or .gz). Name the file of ratings.`,
    );
  return found;
}

/** The file of that name in the folder, or its gzipped form. */
function findPacked(folder: string, name: string): string | undefined {
  return [join(folder, name), join(folder, `${name}.gz`)].find(file => existsSync(file));
}

async function readRatings(path: string, format: TableFormat, maxBadShare: number): Promise<ReadTable> {
  const table = new PurchaseTable();
  const report = new RowReport();
  await scanFile(path, format, row => {
    report.rows++;
    const time = readTime(row, 3);
    const problem =
      widthProblem(row, 4) ??
      idProblem(row, 0, 'user') ??
      idProblem(row, 1, 'movie') ??
      (Number.isNaN(row.number(2)) ? notA(row, 2, 'a rating') : undefined) ??
      (Number.isNaN(time) ? notA(row, 3, 'a Unix time') : undefined);
    if (problem === undefined) table.add(row.id(0, table.users), row.id(1, table.items), NO_BASKET, time, 1);
    else report.bad(row.line, problem);
  });
  return { table, report: report.finish(path, maxBadShare) };
}

async function readMovies(folder: string, table: PurchaseTable, maxBadShare: number): Promise<void> {
  for (const { file, format, width, genres } of MOVIES) {
    const path = findPacked(folder, file);
    if (path === undefined) continue;
    const items = new Map(table.items.texts().map((id, item) => [id, item]));
    const report = new RowReport();
    const visit: RowVisitor = row => {
      report.rows++;
      const problem = widthProblem(row, width);
      if (problem !== undefined) report.bad(row.line, problem);
      const item = items.get(row.text(0).trim());
      if (item === undefined) return;
      const fields = Array.from({ length: width }, (_, field) => row.text(field));
      table.titles[item] = fields[1];
      table.categories[item] = genres(fields);
    };
    await scanFile(path, format, visit);
    report.finish(path, maxBadShare);
    return;
  }
}
