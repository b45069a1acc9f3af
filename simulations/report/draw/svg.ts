import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { INK, LIGHT_INK, MUTED, PAPER } from './palette.ts';

/** What an SVG element holds, and how large it is in pixels. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly content: string;
}

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** A plot without the style sheet that Observable Plot adds: drawings stand alone, and many in one page. */
export function drawPlot(options: Plot.PlotOptions & { readonly width: number; readonly height: number }): Drawing {
  const plot = Plot.plot({ ...options, document: document as never }) as unknown as { readonly innerHTML: string };
  const marks = plot.innerHTML.replace(/<style>.*?<\/style>/s, '').replaceAll(/(\.\d\d)\d+/g, '$1');
  const content = `<g font-size="11.5" text-anchor="middle" fill="currentColor">${marks}</g>`;
  return { width: options.width, height: options.height, content };
}

export interface TextStyle {
  readonly size?: number;
  readonly bold?: boolean;
  readonly muted?: boolean;
}

export function drawText(text: string, x: number, y: number, { size = 12, bold, muted }: TextStyle = {}): string {
  const weight = bold ? ' font-weight="bold"' : '';
  return `<text x="${x}" y="${y}" font-size="${size}"${weight} fill="${muted ? MUTED : INK}">${escapeXml(text)}</text>`;
}

/** Drawings side by side and below each other. Rows may be of different lengths. */
export function drawGrid(rows: readonly (readonly Drawing[])[]): Drawing {
  let width = 0;
  let y = 0;
  const placed: string[] = [];
  for (const row of rows) {
    let x = 0;
    for (const { content, width } of row) {
      placed.push(`<g transform="translate(${x},${y})">${content}</g>`);
      x += width;
    }
    width = Math.max(width, x);
    y += Math.max(0, ...row.map(({ height }) => height));
  }
  return { width, height: y, content: placed.join('') };
}

/** In a page, whose style says the font and what colours mean. */
export function svgElement({ width, height, content }: Drawing, label: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(label)}">${content}</svg>`;
}

/** The only font, so that a picture has the same bytes on every machine. */
export const FONT = 'DejaVu Sans';

const MARGIN = 18;

/** A file of its own, with its title on it, on white. */
export function svgFile(drawing: Drawing, title: string, notes: readonly string[]): Drawing & { readonly svg: string } {
  const titles = wrapped(title, 15, drawing.width);
  const below = notes.flatMap(note => wrapped(note, 10.5, drawing.width));
  const top = MARGIN + 20 * titles.length + 4;
  const width = drawing.width + 2 * MARGIN;
  const height = Math.round(top + drawing.height + 15 * below.length + MARGIN);
  const heading = titles.map((line, n) => drawText(line, MARGIN, MARGIN + 14 + 20 * n, { size: 15, bold: true }));
  const foot = below.map((line, n) =>
    drawText(line, MARGIN, top + drawing.height + 14 + 15 * n, { size: 10.5, muted: true }),
  );
  const content = `${heading.join('')}<g transform="translate(${MARGIN},${top})">${drawing.content}</g>${foot.join('')}`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" color="${LIGHT_INK}" font-family="'${FONT}', Verdana, sans-serif"><rect width="100%" height="100%" fill="${PAPER}"/>${content}</svg>\n`;
  return { width, height, content, svg };
}

/** The mean width of a letter over the font's size. */
const LETTER = 0.58;

export function textWidth(text: string, size = 11.5): number {
  return text.length * size * LETTER;
}

function wrapped(text: string, size: number, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`, size) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
