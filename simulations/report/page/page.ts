import { withVariables } from '../draw/palette.ts';
import { svgElement } from '../draw/svg.ts';
import type { Figure, FigureKind } from '../figures/figure.ts';
import { byReason } from '../read-study.ts';
import type { Study } from '../study.ts';
import { Html, html, htmlTable, list } from './html.ts';
import { privacySection } from './privacy.ts';
import { STYLE } from './style.ts';
import { keptTable, pointsTable } from './tables.ts';

export interface Page {
  readonly study: Study;
  readonly figures: readonly Figure[];
  readonly leftOut: readonly FigureKind[];
  /** What made it. */
  readonly command: string;
  readonly larder: string;
}

/** The report as one document that needs nothing else. */
export function pageHtml({ study, figures, leftOut, command, larder }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${study.title}: what privacy costs</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<h1>${study.title}</h1>
${study.question === null ? null : html`<p class="question">${study.question}</p>`}
<p class="muted">${study.runs.length} finished runs on ${study.data.length === 1 ? 'one data set' : `${study.data.length} data sets`}, by Larder ${larder}, code ${study.codes.join(', ')}.</p>
${notices(study)}
${keptSection(study)}
${figures.map(figureHtml)}
<h2>All points</h2>
<p>A point is all seeds of one combination of settings. Below each mean its 95 % interval; "of no noise" is the share of the NDCG@10 of the same learner without noise, and traffic is all that a device which takes part in every round sends and receives. The same as data: ${links(['points.csv'])}</p>
${study.data.map(data => pointsTable(study, data))}
${privacySection(study)}
${limitsSection(study)}
${
  leftOut.length === 0
    ? null
    : html`<h2>Figures that are not here</h2>
${list(leftOut.map(({ name, needs }) => html`<b>${name}</b>: needs ${needs}.`))}`
}
<h2>How this was made</h2>
<p><code>${command}</code></p>
<p>Each run's folder holds all that is needed to repeat it: <code>larder reproduce FOLDER</code> does, and says whether it found the same.</p>
</body>
</html>
`.text;
}

function notices({ missing, codes }: Study): Html | null {
  if (missing.length === 0 && codes.length < 2) return null;
  return html`<div class="notice">
${codes.length < 2 ? null : html`<p><b>These runs are of different versions of the code</b> (${codes.join(', ')}): differences between them may come of that.</p>`}
${
  missing.length === 0
    ? null
    : html`<p><b>Not all of the study is here.</b> Missing are:</p>
${list(byReason(missing).map(({ message, names }) => html`${message}<br><small>${names}</small>`))}`
}
</div>`;
}

function keptSection(study: Study): Html | null {
  const tables = study.shown.flatMap(data => keptTable(study, data) ?? []);
  if (tables.length === 0) return null;
  return html`<h2>In short: what is left of the quality without noise</h2>
<p>NDCG@10 under each promise, as a share of that of the same learner without noise; below it the 95 % interval. A smaller epsilon promises more.</p>
${tables}`;
}

function figureHtml({ id, title, caption, drawing, table }: Figure): Html {
  return html`<figure id="${id}">
<h2>${title}</h2>
${new Html(withVariables(svgElement(drawing, title)))}
<figcaption>${caption}</figcaption>
${
  table === undefined
    ? null
    : htmlTable(
        table.columns,
        table.rows.map(row => row.map(cell => (typeof cell === 'number' ? cell : String(cell ?? '')))),
      )
}
<p class="files">${links(['svg', 'png', 'csv'].map(ending => `figures/${id}.${ending}`))}</p>
</figure>
`;
}

function links(paths: readonly string[]): Html {
  return html`${paths.map((path, at) => html`${at === 0 ? '' : ' · '}<a href="${path}">${path}</a>`)}`;
}

function limitsSection({ data }: Study): Html {
  const noised = data.some(({ points }) => points.some(({ epsilon }) => epsilon !== null));
  const fewest = Math.min(...data.flatMap(({ points }) => points.map(({ runs }) => runs.length)));
  return html`<h2>What these figures do not say</h2>
${list([
  ...(noised
    ? [
        html`<b>Choosing costs privacy.</b> Whoever chooses settings by looking at results on private data, these figures included, spends privacy that no epsilon here contains. Choose on public or synthetic data, or by private selection: <code>larder tune</code> does both, and docs/tuning.md says what they cost.`,
        html`<b>The noise came from the seeds</b>, so that runs can be repeated. A model that is given away needs noise from a cryptographic generator, as <code>larder serve</code> takes it.`,
      ]
    : []),
  html`<b>Intervals</b> are for the mean over seeds and users: where it may lie for other users of the same kind and other seeds. Users are resampled (bootstrap, 1,000 resamples, the same for all points of a data set); for the few seeds Student's t takes the place of resampling. ${fewest < 2 ? 'Some points have one seed: their intervals know nothing of what another would have given.' : ''} ${fewest === 2 ? 'Some points have two seeds, which is why their intervals are so wide: three are the fewest that are of use.' : ''} Among many intervals of 95 % some miss.`,
  html`<b>Shares of the quality without noise</b> are between the same users, and the same seeds where both have two or more.`,
  html`<b>Other data.</b> Nothing here is about another data set, another shop or another time. Offline ranking of held-out purchases is not what a shopper would have done with the recommendations.`,
])}`;
}
