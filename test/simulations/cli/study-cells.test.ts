import { expect, it } from 'vitest';
import { StudyCells } from '../../../simulations/cli/study-cells.ts';
import { jobId } from '../../../simulations/compare/job.ts';
import { planOf } from '../../../simulations/compare/plan.ts';
import type { DataFacts } from '../../../simulations/compare/runner.ts';
import type { Finding } from '../../../simulations/runs/results.ts';
import { asked } from '../compare/study-support.ts';

const ASKED = asked({
  data: ['synthetic:tiny', 'synthetic:small'],
  learners: ['popularity', 'mf'],
  epsilon: [1, 'none'],
  trust: ['central', 'local'],
  seeds: [1, 2],
  baselines: 'none',
});
const facts = { name: 'x', users: 60, items: 120, interactions: 900, hash: 'x' as DataFacts['hash'] };
const PLAN = planOf(
  ASKED,
  new Map([
    ['synthetic:tiny', facts],
    ['synthetic:small', { ...facts, hash: 'y' as DataFacts['hash'] }],
  ]),
  () => {},
);

function finding(ndcg: number): Finding {
  return { metrics: { full: { 'ndcg@10': ndcg } } } as Finding;
}

/** The cells of each row, without the frame. */
function rows(text: string): string[][] {
  const lines = text.split('\n').filter(line => line.startsWith('│'));
  return lines.map(line =>
    line
      .split('│')
      .slice(1, -1)
      .map(cell => cell.trim()),
  );
}

it('fill as jobs begin and end, of the data that are worked on', () => {
  const [noised, free] = PLAN.points.filter(({ baseline }) => baseline === null);
  const [one, two] = noised!.jobs;
  const cells = new StudyCells(
    ASKED.study,
    PLAN,
    new Map([[jobId(free!.jobs[0]!), { finding: finding(0.5), code: '' }]]),
  );
  cells.started(one!);
  cells.ended(one!, finding(0.125));
  cells.started(two!);
  expect(rows(cells.text(40))).toEqual([
    ['synthetic:tiny: NDCG@10', 'epsilon 1', 'no noise'],
    ['popularity, central', '0.1250 1/2 …', '0.5000 1/2'],
    // Whoever is trusted, without noise it is the same run.
    ['popularity, local', '', '0.5000 1/2'],
    ['mf, central', '', ''],
    ['mf, local', '', ''],
  ]);
  const other = PLAN.points.find(({ data, baseline }) => data === 'synthetic:small' && baseline === null)!.jobs[0]!;
  cells.started(other);
  expect(cells.text(40)).toContain('synthetic:tiny: NDCG@10');
  cells.ended(two!, { code: 'settings', message: 'No.' });
  expect(rows(cells.text(40))[1]).toEqual(['popularity, central', '0.1250 2/2 1 failed', '0.5000 1/2']);
  cells.started(other);
  expect(cells.text(40)).toContain('synthetic:small: NDCG@10');
});

it('show as many rows as there is room for, those that are worked on first', () => {
  const mf = PLAN.points.filter(({ learner, settings }) => learner === 'mf' && settings.trust === 'local')[0]!;
  const cells = new StudyCells(ASKED.study, PLAN, new Map());
  cells.started(mf.jobs[0]!);
  expect(rows(cells.text(10)).map(([name]) => name)).toEqual(['synthetic:tiny: NDCG@10', 'mf, central', 'mf, local']);
});
