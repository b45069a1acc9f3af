import { type Aliases, findColumns, headerOf, listed } from './columns.ts';
import { DataError } from './data-error.ts';
import type { LoadReport } from './dataset.ts';
import { NO_BASKET, PurchaseTable } from './purchase-table.ts';
import type { Row } from './row.ts';
import { idProblem, lengthProblem, notA, widthProblem } from './row-problems.ts';
import { RowReport } from './row-report.ts';
import { scanFile } from './scanner.ts';
import { readTime } from './times.ts';

/** Which column, by its name in the header, holds what. */
export interface ColumnMapping {
  readonly user?: string;
  readonly item?: string;
  /** When: Unix seconds, Unix milliseconds (from 10^11 on) or an ISO date, UTC if it names no zone. */
  readonly time?: string;
  /** A number that grows from a user's oldest purchase to the newest, where there is no time. */
  readonly order?: string;
  readonly basket?: string;
  readonly category?: string;
  readonly title?: string;
  /** A row with a quantity of 0 or less is a return. */
  readonly quantity?: string;
}

/** The roles a column may have, each with the header names that are known for it (without case and punctuation). */
const COLUMN_ALIASES: Aliases<keyof ColumnMapping> = {
  user: ['user', 'userid', 'customer', 'customerid', 'shopper', 'shopperid', 'visitorid'],
  item: ['item', 'itemid', 'product', 'productid', 'article', 'articleid', 'sku', 'stockcode', 'movie', 'movieid'],
  time: ['time', 'timestamp', 'date', 'datetime', 'purchasedat', 'orderdate', 'invoicedate'],
  order: ['position', 'order', 'sequence'],
  basket: ['basket', 'basketid', 'orderid', 'invoice', 'invoiceno', 'transaction', 'transactionid'],
  category: ['category', 'categoryname', 'department', 'genres'],
  title: ['title', 'description', 'name', 'itemname', 'productname'],
  quantity: ['quantity', 'qty'],
};

interface Columns extends Partial<Record<'basket' | 'title' | 'category' | 'quantity', number>> {
  readonly user: number;
  readonly item: number;
  /** The column of the time, or of the order. */
  readonly when: number;
  readonly byTime: boolean;
  /** How many fields a row has. */
  readonly width: number;
}

/** Purchases as a file lists them, and what became of its rows. */
export interface ReadTable {
  readonly table: PurchaseTable;
  readonly report: LoadReport;
}

/** Reads purchases from a text file whose first line names its columns. */
export async function readCsv(path: string, mapping: ColumnMapping, maxBadShare: number): Promise<ReadTable> {
  const table = new PurchaseTable();
  const report = new RowReport();
  let columns: Columns | undefined;
  await scanFile(path, { quotes: true }, row => {
    if (columns === undefined) columns = columnsOf(row, mapping, path);
    else readRow(row, columns, table, report);
  });
  if (columns === undefined) throw new DataError(`${path} is empty. Its first line should name the columns.`);
  return { table, report: report.finish(path, maxBadShare) };
}

/** Takes the time over the order where the header names both and the mapping neither. */
function columnsOf(row: Row, mapping: ColumnMapping, path: string): Columns {
  if (mapping.time !== undefined && mapping.order !== undefined)
    throw new DataError('Both a time and an order column are given. Give one of them.');
  const header = headerOf(row);
  const { user, item, time, order, ...others } = findColumns(header, COLUMN_ALIASES, mapping);
  const byTime = time !== undefined && mapping.order === undefined;
  const when = byTime ? time : order;
  const missing = Object.entries({ user, item, 'time or order': when }).filter(([, field]) => field === undefined);
  if (user === undefined || item === undefined || when === undefined)
    throw new DataError(
      `${path}: no column is known to hold ${missing.map(([role]) => role).join(', ')}; ` +
        `the first line names ${listed(header)}. Say which one does (--column user=NAME, and so on).`,
    );
  return { ...others, user, item, when, byTime, width: header.length };
}

function readRow(row: Row, columns: Columns, table: PurchaseTable, report: RowReport): void {
  const { user, item, when, byTime, basket, title, category } = columns;
  report.rows++;
  const time = byTime ? readTime(row, when) : row.number(when);
  const quantity = columns.quantity === undefined ? 1 : row.number(columns.quantity);
  const problem =
    widthProblem(row, columns.width) ??
    idProblem(row, user, 'user') ??
    idProblem(row, item, 'item') ??
    (basket === undefined ? undefined : lengthProblem(row, basket, 'basket')) ??
    (Number.isNaN(time) ? notA(row, when, byTime ? 'a Unix time or an ISO date' : 'a number') : undefined) ??
    (Number.isNaN(quantity) ? notA(row, columns.quantity!, 'a quantity') : undefined);
  if (problem !== undefined) {
    report.bad(row.line, problem);
  } else if (quantity <= 0) {
    report.setAside('return');
  } else {
    const itemIndex = row.id(item, table.items);
    const basketIndex = basket === undefined || row.size(basket) === 0 ? NO_BASKET : row.id(basket, table.baskets);
    table.add(row.id(user, table.users), itemIndex, basketIndex, time, quantity);
    if (title !== undefined) table.titles[itemIndex] ||= row.text(title);
    if (category !== undefined) table.categories[itemIndex] ||= row.text(category);
  }
}
