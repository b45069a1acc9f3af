import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { csvOf } from '../runs/csv-text.ts';
import { version } from '../version.ts';
import { pngOf } from './draw/png.ts';
import { svgFile } from './draw/svg.ts';
import type { Figure } from './figures/figure.ts';
import { FIGURES } from './figures/index.ts';
import { pageHtml } from './page/page.ts';
import { pointsData } from './points-data.ts';
import { studyOf } from './study.ts';

/** What `report --json` prints. */
export interface ReportSummary {
  /** The page. */
  readonly out: string;
  /** The files of each are `figures/ID.svg`, `.png` and `.csv`. */
  readonly figures: readonly { readonly id: string; readonly title: string }[];
  /** Runs that the study should hold, and why it does not. */
  readonly missing: readonly { readonly name: string; readonly message: string }[];
  /** Kinds of figures that these runs are not enough for. */
  readonly leftOut: readonly { readonly name: string; readonly needs: string }[];
}

/**
 * Writes a report of studies and runs: `index.html`, `points.csv`, and each figure as SVG, PNG and CSV. The same runs give
 * the same bytes. `command` is what the page says it was made by.
 *
 * @throws RunFolderError or UserTableError if a folder holds no finished run, or a file in it is not what it should be.
 */
export function writeReport(folders: readonly string[], out: string, command: string): ReportSummary {
  const study = studyOf(folders);
  const drawn = FIGURES.map(kind => ({ kind, figures: kind.draw(study) }));
  const figures = drawn.flatMap(({ figures }) => figures);
  const leftOut = drawn.flatMap(({ kind, figures }) => (figures.length === 0 ? [kind] : []));
  // Figures of an earlier report, of which there may be no more.
  rmSync(join(out, 'figures'), { recursive: true, force: true });
  mkdirSync(join(out, 'figures'), { recursive: true });
  for (const figure of figures) writeFigure(join(out, 'figures', figure.id), figure);
  writeFileSync(join(out, 'points.csv'), csvOf(pointsData(study)));
  const page = join(out, 'index.html');
  writeFileSync(page, pageHtml({ study, figures, leftOut, command, larder: version }));
  return {
    out: page,
    figures: figures.map(({ id, title }) => ({ id, title })),
    missing: study.missing,
    leftOut: leftOut.map(({ name, needs }) => ({ name, needs })),
  };
}

function writeFigure(path: string, { title, caption, drawing, data }: Figure): void {
  const { svg } = svgFile(drawing, title, [caption]);
  writeFileSync(`${path}.svg`, svg);
  writeFileSync(`${path}.png`, pngOf(svg));
  writeFileSync(`${path}.csv`, csvOf(data));
}
