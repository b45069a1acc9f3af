import Table from 'cli-table3';

/** A table whose first column names the rows and whose others hold figures. */
export function figureTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, column) => (column === 0 ? 'left' : 'right')),
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  table.push(...rows.map(row => [...row]));
  return table.toString();
}

/** `1.5 kB`, `1.5 MB`, `1.5 GB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** `4,338`. */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1.5 s`, `1.5 min`, `1.5 h`; hours go on for ever. */
export function durationText(ms: number): string {
  if (ms < 60e3) return `${(ms / 1e3).toFixed(1)} s`;
  return ms < 3600e3 ? `${(ms / 60e3).toFixed(1)} min` : `${countText(Number((ms / 3600e3).toFixed(1)))} h`;
}
