import type { Numerics } from '../../shared/linear-algebra/numerics.ts';
import { ease } from '../baselines/ease.ts';
import { hasPooledTwin, trainPooled } from '../baselines/pooled.ts';
import { popularity } from '../baselines/popularity.ts';
import type { Scorer } from '../evaluation/scorer.ts';
import type { SimulateHooks } from './hooks.ts';
import { BASELINES, type SimulateSettings } from './settings.ts';
import type { RunData } from './simulate.ts';

export type BaselineName = (typeof BASELINES)[number];

/** EASE inverts an items x items matrix: beyond, it is computed only for those who ask for it by name. */
const EASE_MAX_ITEMS = 6_000;

/** What a shop would get that gathered everybody's purchases in one place, as `measure` finds it. */
export async function evaluateBaselines<Result>(
  settings: SimulateSettings,
  { dataset: { catalogue }, split: { train } }: RunData,
  hooks: SimulateHooks,
  measure: (scorer: Scorer) => Result,
  numerics?: Numerics,
): Promise<Partial<Record<BaselineName, Result>>> {
  const { learner, learnerOptions, seed, easeLambda, workers } = settings;
  const scorers: Record<BaselineName, () => Scorer | Promise<Scorer>> = {
    popularity: () => popularity(train, catalogue.size),
    pooled: () => trainPooled(learner, learnerOptions, train, catalogue, seed, workers),
    ease: () => ease(train, catalogue.size, easeLambda, numerics),
  };
  const results: Partial<Record<BaselineName, Result>> = {};
  for (const name of settings.baselines ?? affordableBaselines(catalogue.size, hooks)) {
    if (hooks.signal.aborted) break;
    if (name === 'pooled' && !hasPooledTwin(learner)) {
      hooks.notice(`The baseline "pooled" is left out: ${learner} has no twin that trains on pooled data.`);
      continue;
    }
    hooks.progress({ label: `baseline: ${name}`, done: 0, total: 0 });
    await new Promise(setImmediate);
    results[name] = measure(await scorers[name]());
  }
  return results;
}

/** Those that take minutes at most on so many items. */
export function affordableBaselines(items: number, hooks: Pick<SimulateHooks, 'notice'>): readonly BaselineName[] {
  if (items <= EASE_MAX_ITEMS) return BASELINES;
  hooks.notice(`EASE is left out: ${items} items would take long. Ask for it with --baselines ${BASELINES.join(',')}.`);
  return BASELINES.filter(name => name !== 'ease');
}
