import type { DataTable } from '../../runs/csv-text.ts';
import type { Drawing } from '../draw/svg.ts';
import type { Study } from '../study.ts';

export interface Figure {
  /** Its files are called so. */
  readonly id: string;
  /** What is seen. */
  readonly title: string;
  /** How it is read. */
  readonly caption: string;
  readonly drawing: Drawing;
  /** What was drawn, and what it was made from. */
  readonly data: DataTable;
  /** For readers of the page, below the drawing. */
  readonly table?: DataTable;
}

/** One kind of figure: none, where a study has not what it takes. */
export interface FigureKind {
  readonly name: string;
  /** What a study needs for it, and how to get it. */
  readonly needs: string;
  readonly draw: (study: Study) => readonly Figure[];
}
