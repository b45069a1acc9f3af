import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ReportSummary, writeReport } from '../../../simulations/report/report.ts';
import { temporaryFolder } from '../../support/cli.ts';
import { type InventedRun, inventRun, inventStudy } from '../../support/study-folder.ts';

const SEEDS = [1, 2, 3];

/** Two learners, with and without noise, under both trust models, and all baselines. */
function fullStudy(): InventedRun[] {
  const runs = ['ials', 'ease'].flatMap((learner, l) =>
    SEEDS.flatMap(seed => [
      { learner, seed, hits: 0.5 - 0.1 * l, rounds: l === 0 ? 3 : 1, coldStart: true },
      ...(['central', 'local'] as const).flatMap(trust =>
        [1, 4].map(epsilon => ({
          learner,
          seed,
          privacy: { epsilon, trust },
          hits: (trust === 'central' ? 0.1 : 0.05) * epsilon,
          rounds: l === 0 ? 3 : 1,
          coldStart: true,
        })),
      ),
    ]),
  );
  return [
    ...runs,
    { baseline: 'popularity', learner: 'popularity', hits: 0.1, coldStart: true },
    { baseline: 'ease', learner: 'popularity', hits: 0.45 },
    { baseline: 'pooled', learner: 'ials', hits: 0.52 },
  ];
}

function report(folder: string) {
  return writeReport([folder], join(folder, 'report'), 'larder report STUDY');
}

function csv(folder: string, figure: string): Record<string, string>[] {
  const text = readFileSync(join(folder, 'report', 'figures', `${figure}.csv`), 'utf8');
  return Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true }).data;
}

describe('a study of epsilon, trust and learners', () => {
  let folder: string;
  let summary: ReportSummary;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'larder-test-'));
    inventStudy(folder, fullStudy(), { question: 'Does <b>it</b> & "that" cost?' });
    summary = report(folder);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('has its figures, each as SVG, PNG and CSV, and the same bytes each time', () => {
    const { figures, leftOut, missing } = summary;
    expect(figures.map(({ id }) => id)).toEqual([
      'quality-epsilon',
      'pareto',
      'who-pays-popularity',
      'who-pays-history',
      'convergence',
      'convergence-bytes',
      'clipping',
      'signal-to-noise',
      'cold-start',
    ]);
    expect(leftOut.map(({ name }) => name)).toEqual([
      'What a larger population buys',
      'Quality against any other setting',
    ]);
    expect(missing).toEqual([]);
    const files = readdirSync(join(folder, 'report'), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name));
    expect(files).toHaveLength(3 * figures.length + 2);
    const before = files.map(file => readFileSync(file));
    for (const [at, file] of files.entries()) {
      if (file.endsWith('.png')) expect(before[at]!.subarray(1, 4).toString()).toBe('PNG');
      if (file.endsWith('.svg')) expect(before[at]!.toString()).toMatch(/^<svg xmlns=.*<\/svg>\n$/s);
    }
    report(folder);
    for (const [at, file] of files.entries()) expect(readFileSync(file).equals(before[at]!), file).toBe(true);
  });

  test('the page stands alone, and says what has to be said', () => {
    const { out, figures } = summary;
    const page = readFileSync(out, 'utf8');
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|(?:src|href)="(?!points\.csv|figures\/)/);
    expect(page).toContain('Does &lt;b&gt;it&lt;/b&gt; &amp; &quot;that&quot; cost?');
    expect(page).toContain('Choosing costs privacy.');
    expect(page).toContain('The noise came from the seed');
    expect(page).toContain('Each device adds its own noise: the coordinator is not trusted.');
    expect(page).toContain('The coordinator sees each clipped contribution, and is trusted to add the noise.');
    expect(page).toContain('zero-out');
    expect(page).toContain('prefers-color-scheme: dark');
    expect(page).not.toContain('NaN');
    for (const { id } of figures)
      for (const ending of ['svg', 'png', 'csv']) expect(page).toContain(`figures/${id}.${ending}`);
    for (const [, path] of page.matchAll(/href="([^"]*)"/g))
      expect(existsSync(join(folder, 'report', path!))).toBe(true);
  });

  test('figures say what the runs found', () => {
    const quality = csv(folder, 'quality-epsilon');
    const found = (learner: string, trust: string, epsilon: string) =>
      quality.find(row => row.learner === learner && row.trust === trust && row.epsilon === epsilon)!;
    expect(Number(found('ials', 'central', '4')['ndcg@10'])).toBeCloseTo(0.4, 12);
    expect(Number(found('ials', 'local', '4')['hr@10'])).toBeCloseTo(0.2, 12);
    expect(Number(found('ials', 'none', 'none')['ndcg@10'])).toBeCloseTo(0.5, 12);
    expect(Number(found('ials, pooled', 'none', 'none')['ndcg@10'])).toBeCloseTo(0.52, 12);
    expect(Number(found('ials', 'central', '4')['share of ndcg@10 without noise'])).toBeCloseTo(0.8, 12);
    expect(found('ials', 'central', '4').seeds).toBe('3');
    const decibels = csv(folder, 'signal-to-noise').find(row => row.epsilon === '4')!['signal to noise dB'];
    expect(Number(decibels)).toBeCloseTo(20 * Math.log10(4), 12);
    const last = csv(folder, 'convergence').findLast(row => row.epsilon === 'none')!;
    expect([last.round, last['bytes of a device'], Number(last['ndcg@10'])]).toEqual(['3', '3000', 0.5 * 0.875]);
  });

  test('what no other point beats in all four is on the Pareto front', () => {
    const front = csv(folder, 'pareto').filter(row => row['on the front'] === 'true');
    // Under one epsilon ease is as good in one round as ials in three; only without noise ials is better.
    expect(front.map(row => `${row.learner} ${row.trust} ${row.epsilon}`).sort()).toEqual(
      ['ease central 1', 'ease central 4', 'ease local 1', 'ease local 4', 'ials none none'].sort(),
    );
  });
});

test('a study of population says where each promise reaches 90 %', () => {
  const sizes = [1_000, 10_000, 100_000];
  // Shares without noise by size; the second rises through 90 % half way between the two largest sizes.
  const shares = { 1: [0.1, 0.3, 0.6], 2: [0.3, 0.8, 1], 8: [0.95, 1, 1] };
  const runs = sizes.flatMap((users, at) =>
    SEEDS.flatMap(seed => [
      { data: `synthetic:users=${users}`, learner: 'ease', seed, hits: 0.4 },
      ...Object.entries(shares).map(([epsilon, share]) => ({
        data: `synthetic:users=${users}`,
        learner: 'ease',
        seed,
        privacy: { epsilon: Number(epsilon) },
        hits: 0.4 * share[at]!,
      })),
    ]),
  );
  const folder = inventStudy(temporaryFolder(), runs);
  const { out, figures } = report(folder);
  expect(figures.map(({ id }) => id)).toContain('population');
  const page = readFileSync(out, 'utf8');
  expect(page).toContain('not reached by 100,000 shoppers (60 % there)');
  expect(page).toContain('about 32,000 shoppers');
  expect(page).toContain('with 1,000 shoppers already, the fewest tried');
  const population = csv(folder, 'population').map(row => [row.users, row.epsilon, Number(row.share).toFixed(6)]);
  expect(population).toContainEqual(['10000', '2', '0.800000']);
});

test('a study of another setting gets its figure', () => {
  const runs = SEEDS.flatMap(seed =>
    [0.5, 1, 2, 4].flatMap(clipNorm =>
      [2, 8].map(epsilon => ({
        learner: 'ease',
        seed,
        privacy: { epsilon, clipNorm },
        hits: 0.05 * epsilon + 0.01 * clipNorm,
      })),
    ),
  );
  const folder = inventStudy(temporaryFolder(), runs);
  expect(report(folder).figures.map(({ id }) => id)).toContain('by-clipNorm');
  const row = csv(folder, 'by-clipNorm').find(row => row.clipNorm === '4' && row.epsilon === '8')!;
  expect(Number(row['ndcg@10'])).toBeCloseTo(0.44, 12);
});

test('single run folders have a report too', () => {
  const study = temporaryFolder();
  const run = inventRun(study, { learner: 'ease', privacy: { epsilon: 3 }, hits: 0.2 });
  const { figures, out } = writeReport([run], join(study, 'out'), 'larder report RUN');
  expect(figures.map(({ id }) => id)).toContain('quality-epsilon');
  expect(readFileSync(out, 'utf8')).toContain('Some points have one seed');
});

test('what is missing, and runs of other code, are named', () => {
  const missing = [
    { name: 'mf, epsilon 1', seeds: [1, 2], error: { code: 'numerical', message: 'The model has <diverged>.' } },
    { name: 'mf, epsilon 2', seeds: [3], error: null },
  ];
  const runs = [1, 2].map(seed => ({ learner: 'ease', seed, hits: 0.2, code: `code${seed}` }));
  const folder = inventStudy(temporaryFolder(), runs, { missing });
  const summary = report(folder);
  expect(summary.missing.map(({ name }) => name)).toEqual(['mf, epsilon 1, seed 1, 2', 'mf, epsilon 2, seed 3']);
  const page = readFileSync(summary.out, 'utf8');
  expect(page).toContain('The model has &lt;diverged&gt;.');
  expect(page).toContain('Not done yet.');
  expect(page).toContain('These runs are of different versions of the code</b> (code1, code2)');
});

describe('folders that hold no report', () => {
  const refused = (folder: string, sentence: RegExp): void => {
    expect(() => report(folder)).toThrow(sentence);
    expect(existsSync(join(folder, 'report'))).toBe(false);
  };

  test('neither a study nor a run', () => refused(temporaryFolder(), /neither study\.json nor config\.json/));

  test('a study of which nothing has finished', () => {
    const missing = [{ name: 'mf', seeds: [1], error: { code: 'data', message: 'There is no file x.' } }];
    refused(inventStudy(temporaryFolder(), [], { missing }), /No run has finished.*There is no file x\./);
  });

  test.each([
    ['config.json', '{}', /config\.json is not what this version of Larder writes/],
    ['result.json', '{"kind":', /result\.json is no JSON/],
    ['rounds.jsonl', 'round 1\n', /rounds\.jsonl is no JSON/],
    ['users.csv', 'user,items,popularity,rank,sampled\n1,2\n', /users\.csv.*line 2/],
  ])('a broken %s', (name, text, sentence) => {
    const folder = inventStudy(temporaryFolder(), [{ learner: 'ease', hits: 0.2 }]);
    writeFileSync(join(folder, 'runs', readdirSync(join(folder, 'runs'))[0]!, name), text);
    refused(folder, sentence);
  });

  test('a run without its users', () => {
    const folder = inventStudy(temporaryFolder(), [{ learner: 'ease', hits: 0.2 }]);
    rmSync(join(folder, 'runs', readdirSync(join(folder, 'runs'))[0]!, 'users.csv'));
    refused(folder, /holds no users\.csv/);
  });
});
