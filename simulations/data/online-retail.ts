import { type Aliases, findColumns, headerOf, listed } from './columns.ts';
import type { ReadTable } from './csv.ts';
import { DataError } from './data-error.ts';
import { PurchaseTable } from './purchase-table.ts';
import type { Row } from './row.ts';
import { idProblem, lengthProblem, notA, widthProblem } from './row-problems.ts';
import { RowReport } from './row-report.ts';
import { scanFile } from './scanner.ts';
import { parseIsoTime, parseMonthFirstTime, spreadsheetTime } from './times.ts';
import { isXlsx, scanXlsx } from './xlsx.ts';

type Role = 'invoice' | 'item' | 'description' | 'quantity' | 'time' | 'price' | 'customer';

const ALIASES: Aliases<Role> = {
  invoice: ['invoiceno', 'invoice'],
  item: ['stockcode'],
  description: ['description'],
  quantity: ['quantity'],
  time: ['invoicedate'],
  price: ['unitprice', 'price'],
  customer: ['customerid'],
};

type Columns = Readonly<Record<Role | 'width', number>>;

/**
 * Reads UCI Online Retail (Chen 2015, doi 10.24432/C5BW33) as xlsx, csv or csv.gz. Purchases are the rows with a
 * customer and with a positive quantity and price whose invoice does not begin with C; the others are set aside, each
 * for the first reason of `no customer`, `cancelled`, `return`, `no price`. The invoice is the basket, the first
 * description the title.
 */
export async function readOnlineRetail(path: string, maxBadShare: number): Promise<ReadTable> {
  const table = new PurchaseTable();
  const report = new RowReport();
  let columns: Columns | undefined;
  const visit = (row: Row): void => {
    if (columns === undefined) columns = columnsOf(row, path);
    else readRow(row, columns, table, report);
  };
  if (await isXlsx(path)) await scanXlsx(path, visit);
  else await scanFile(path, { quotes: true }, visit);
  return { table, report: report.finish(path, maxBadShare) };
}

function columnsOf(row: Row, path: string): Columns {
  const header = headerOf(row);
  const columns = findColumns(header, ALIASES, {});
  const missing = Object.entries(ALIASES).filter(([role]) => columns[role as Role] === undefined);
  if (missing.length > 0)
    throw new DataError(
      `${path} is not UCI Online Retail: it has no column ${listed(missing.map(([role]) => role))}. Read other files with csv:PATH.`,
    );
  return { ...(columns as Columns), width: header.length };
}

function readRow(row: Row, columns: Columns, table: PurchaseTable, report: RowReport): void {
  const { invoice, item, description, customer } = columns;
  report.rows++;
  const quantity = row.number(columns.quantity);
  const price = row.number(columns.price);
  const time = invoiceTime(row, columns.time);
  const problem =
    widthProblem(row, columns.width) ??
    idProblem(row, invoice, 'invoice') ??
    idProblem(row, item, 'stock code') ??
    lengthProblem(row, customer, 'customer') ??
    (Number.isNaN(quantity) ? notA(row, columns.quantity, 'a quantity') : undefined) ??
    (Number.isNaN(price) ? notA(row, columns.price, 'a price') : undefined) ??
    (Number.isNaN(time) ? notA(row, columns.time, 'a date') : undefined);
  if (problem !== undefined) {
    report.bad(row.line, problem);
    return;
  }
  const reason = notPurchased(row, columns, quantity, price);
  if (reason !== undefined) {
    report.setAside(reason);
    return;
  }
  const itemIndex = row.id(item, table.items);
  table.titles[itemIndex] ||= row.text(description);
  const user = table.users.ofText(customerId(row.text(customer)));
  table.add(user, itemIndex, row.id(invoice, table.baskets), time, quantity);
}

/** Why a well-formed row is no purchase, if it is none. */
function notPurchased(row: Row, columns: Columns, quantity: number, price: number): string | undefined {
  if (row.size(columns.customer) === 0) return 'no customer';
  if (/^\s*c/i.test(row.text(columns.invoice))) return 'cancelled';
  if (quantity <= 0) return 'return';
  return price <= 0 ? 'no price' : undefined;
}

/** `17850.0`, which is how a column of numbers with gaps is often written, is customer 17850. */
function customerId(text: string): string {
  return text.trim().replace(/\.0+$/, '');
}

/** An ISO date, `12/1/2010 8:26` as UCI's csv edition has it, or the day number of a spreadsheet. */
function invoiceTime(row: Row, field: number): number {
  const days = row.number(field);
  if (!Number.isNaN(days)) return spreadsheetTime(days);
  const text = row.text(field);
  const time = parseIsoTime(text);
  return Number.isNaN(time) ? parseMonthFirstTime(text) : time;
}
