/** Rows of plain values under names, for notebooks. */
export interface DataTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export type Cell = string | number | boolean | null | undefined;

/** RFC 4180, with bare line feeds. What is not known is empty. */
export function csvOf({ columns, rows }: DataTable): string {
  return [columns, ...rows].map(row => `${row.map(field).join(',')}\n`).join('');
}

function field(cell: Cell): string {
  const text = cell == null ? '' : String(cell);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
