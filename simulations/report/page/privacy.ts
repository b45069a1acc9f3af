import { privacyTerms } from '../../runs/privacy-text.ts';
import { distinct, groupBy } from '../group.ts';
import type { Point } from '../points.ts';
import type { Study } from '../study.ts';
import { type Html, html, htmlTable, paragraphs } from './html.ts';

/** What each distinct setting promises: the terms once, and the figures of all runs under them. */
export function privacySection(study: Study): Html {
  const points = study.data.flatMap(data => data.points.map(point => ({ data, point })));
  const noised = points.filter(({ point }) => point.epsilon !== null);
  const byTerms = Array.from(groupBy(noised, ({ point }) => JSON.stringify(statements(point)[0]!.terms)).values());
  return html`<h2>What the promises are</h2>
${byTerms.map(
  group => html`${paragraphs(statements(group[0]!.point)[0]!.terms)}
${htmlTable(
  ['learner', ...(study.data.length > 1 ? ['data'] : []), 'epsilon', 'noise multiplier', 'clip norm', 'rounds'],
  group.map(({ data, point }) => [
    point.learner,
    ...(study.data.length > 1 ? [data.name] : []),
    point.epsilon,
    range(statements(point).map(({ noiseMultiplier }) => noiseMultiplier)),
    range(statements(point).flatMap(({ clipNorm }) => clipNorm ?? [])),
    range(point.runs.map(({ finding }) => finding.rounds)),
  ]),
)}`,
)}
${points.length > noised.length ? html`<p>Runs without noise promise nothing: the coordinator sees each clipped contribution, and the model may give away what a device holds.</p>` : null}`;
}

function statements({ runs }: Point) {
  return runs.map(({ finding: { privacy } }) => ({ ...privacy, terms: privacyTerms(privacy) }));
}

function range(values: readonly number[]): string {
  const texts = distinct(values.toSorted((a, b) => a - b).map(value => String(Number(value.toPrecision(4)))));
  return texts.length < 2 ? (texts[0] ?? '') : `${texts[0]} to ${texts.at(-1)}`;
}
