import { Command } from 'commander';

/** What commander parses `larder report` to. */
export interface ReportFlags {
  readonly out?: string;
  readonly json?: boolean;
}

export function reportCommand(): Command {
  return new Command('report')
    .description('figures and tables of a study, or of runs: one HTML page, and each figure as SVG, PNG and CSV')
    .argument('<folders...>', 'what `larder compare` wrote, or run folders')
    .option('--out <folder>', 'where the report goes (default: report/ in the first folder)')
    .option('--json', 'print what was written, and what is missing, as one JSON document on stdout')
    .action(async (folders: string[], flags: ReportFlags) => {
      const { runReport } = await import('./run-report.ts');
      runReport(folders, flags);
    });
}
