import { join } from 'node:path';
import { byReason } from '../report/read-study.ts';
import { type ReportSummary, writeReport } from '../report/report.ts';
import { printJson } from './output.ts';
import type { ReportFlags } from './report.ts';

export function runReport(
  folders: readonly string[],
  { out = join(folders[0]!, 'report'), json = false }: ReportFlags,
): void {
  const report = writeReport(folders, out, `larder report ${folders.join(' ')}`);
  if (json) printJson(report);
  else process.stdout.write(`${reportText(report)}\n`);
}

function reportText({ out, figures, missing, leftOut }: ReportSummary): string {
  return [
    `report: ${out}`,
    ...figures.map(({ id, title }) => `  figures/${id}.png: ${title}`),
    ...leftOut.map(({ name, needs }) => `not there: ${name}, which needs ${needs}`),
    ...byReason(missing).map(({ message, names }) => `missing: ${message}\n  ${names}`),
  ].join('\n');
}
