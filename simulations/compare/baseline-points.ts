import { hasPooledTwin } from '../baselines/pooled.ts';
import { affordableBaselines, type BaselineName } from '../simulate/baselines.ts';
import { simulateSettings } from '../simulate/settings.ts';
import { codeVersion } from '../version.ts';
import type { Possible } from './compiled.ts';
import { type Job, jobId } from './job.ts';
import type { PlannedPoint } from './plan.ts';
import type { DataFacts } from './runner.ts';
import type { Study } from './study.ts';

/**
 * What the runs on one data set are measured against, each once and with the first seed: popularity always, as the
 * yardstick, which is its own pooled twin.
 */
export function baselinePoints(
  study: Study,
  runs: readonly Possible[],
  facts: DataFacts,
  notice: (sentence: string) => void,
): PlannedPoint[] {
  const wanted = study.baselines ?? affordableBaselines(facts.items, { notice });
  const twins = runs.filter(({ settings: { learner } }) => learner !== 'popularity' && hasPooledTwin(learner));
  const points = [
    ...runs.map(run => baselinePoint('popularity', run, study, facts)),
    ...(wanted.includes('ease') ? runs.map(run => baselinePoint('ease', run, study, facts)) : []),
    ...(wanted.includes('pooled') ? twins.map(run => baselinePoint('pooled', run, study, facts)) : []),
  ];
  return Array.from(new Map(points.map(point => [jobId(point.jobs[0]!), point])).values());
}

function baselinePoint(
  baseline: BaselineName,
  { combination, options, settings }: Possible,
  { seeds, measure }: Study,
  facts: DataFacts,
): PlannedPoint {
  const { data, columns, maxBadShare, holdout, evaluateUsers, easeLambda, learner } = settings;
  const pooled = baseline === 'pooled';
  const job: Job = {
    kind: 'baseline',
    baseline,
    settings: simulateSettings({
      data,
      columns,
      maxBadShare,
      holdout,
      evaluateUsers,
      baselines: [],
      seed: seeds[0]!,
      // As it was asked: nothing that a learner does otherwise because of noise.
      ...(pooled ? { learner, learnerOptions: options.learnerOptions } : { learner: 'popularity' }),
      ...(baseline === 'ease' && { easeLambda }),
    }),
    measures: baseline === 'popularity' ? measure.filter(name => name === 'cold-start') : [],
    dataHash: facts.hash,
    code: codeVersion(),
  };
  const matters = (axis: string): boolean =>
    ['holdout', 'evaluateUsers'].includes(axis) ||
    (baseline === 'ease' && axis === 'easeLambda') ||
    (pooled && axis.includes('.'));
  return {
    data,
    baseline,
    learner: pooled ? learner : null,
    settings: Object.fromEntries(Object.entries(combination.settings).filter(([axis]) => matters(axis))),
    seeds: seeds.slice(0, 1),
    jobs: [job],
  };
}
