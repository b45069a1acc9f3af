import { escapeXml } from '../draw/svg.ts';

/** Markup, as opposed to text that has to be escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Html | null | readonly (Html | null)[];

/** Markup with text put in, escaped; null is nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((text, next, at) => `${text}${textOf(parts[at - 1] ?? null)}${next}`));
}

function textOf(part: Part): string {
  if (part === null) return '';
  if (part instanceof Html) return part.text;
  return typeof part === 'object' ? part.map(textOf).join('') : escapeXml(String(part));
}

/** The first column names rows; the others hold figures. */
export function htmlTable(
  columns: readonly string[],
  rows: readonly (readonly (string | number | Html | null)[])[],
): Html {
  return html`<div class="scroll"><table>
<thead><tr>${columns.map(name => html`<th>${name}</th>`)}</tr></thead>
<tbody>${rows.map(
    row => html`<tr>${row.map((cell, at) => (at === 0 ? html`<th>${cell}</th>` : html`<td>${cell}</td>`))}</tr>
`,
  )}</tbody></table></div>
`;
}

export function paragraphs(texts: readonly string[]): Html {
  return html`${texts.map(
    text => html`<p>${text}</p>
`,
  )}`;
}

export function list(texts: readonly (string | Html)[]): Html {
  return html`<ul>${texts.map(
    text => html`<li>${text}</li>
`,
  )}</ul>`;
}
