import type { Metrics } from '../evaluation/evaluate.ts';
import type { GroupQuality, LengthGroupQuality, RecentItemsQuality } from '../evaluation/history-length.ts';
import type { RunSummary } from '../runs/results.ts';
import { type Cost, publishedCost } from './cost.ts';
import type { JobFailure, JobResult } from './result.ts';
import { type Spreads, spreadsOf } from './spread.ts';

/** `comparison.json`, and what `compare --json` prints: the tables, and below them what they were made from. */
export interface Comparison extends Tables {
  readonly compare: string;
  readonly status: 'running' | 'finished' | 'interrupted';
  readonly data: RunSummary['data'];
  readonly holdout: string;
  readonly evaluatedUsers: number;
  readonly publishedCost: Cost;
  readonly failed: readonly JobFailure[];
  readonly results: readonly JobResult[];
}

/** A row a contender, in the order of the jobs; each figure over the contender's seeds. */
export interface Tables {
  readonly quality: readonly (Row & { readonly seeds: number } & Spreads<Metrics>)[];
  readonly recentItems: readonly (Row & { readonly lengths: readonly OverSeeds<RecentItemsQuality>[] })[];
  readonly historyLength: readonly (Row & { readonly groups: readonly OverSeeds<LengthGroupQuality>[] })[];
  /** Of federated learners; `seconds` is training alone. */
  readonly cost: readonly (Row & Spreads<Cost & { readonly seconds: number }>)[];
}

interface Row {
  readonly contender: string;
}

type Quality = Omit<GroupQuality, 'users'>;

/** A group of users is the same for each seed; its quality is not. */
type OverSeeds<Group extends GroupQuality> = Omit<Group, keyof Quality> & Spreads<Quality>;

export function comparisonOf(
  about: Pick<Comparison, 'compare' | 'status' | 'data' | 'holdout' | 'evaluatedUsers'>,
  results: readonly JobResult[],
  failed: readonly JobFailure[],
): Comparison {
  return { ...about, ...tablesOf(results), publishedCost: publishedCost(about.data.items), failed, results };
}

export function tablesOf(results: readonly JobResult[]): Tables {
  const contenders = new Map<string, JobResult[]>();
  for (const result of results) {
    const { contender } = result.job;
    contenders.set(contender, [...(contenders.get(contender) ?? []), result]);
  }
  const rows = <T extends object>(figures: (ofContender: readonly JobResult[]) => T | undefined): (Row & T)[] =>
    Array.from(contenders).flatMap(([contender, ofContender]) => {
      const found = figures(ofContender);
      return found ? [{ contender, ...found }] : [];
    });
  return {
    quality: rows(found => ({ seeds: found.length, ...spreadsOf(found.map(({ metrics }) => metrics)) })),
    recentItems: rows(found => {
      const lengths = found.flatMap(({ recentItems }) => (recentItems ? [recentItems] : []));
      return lengths.length > 0 ? { lengths: overSeeds(lengths) } : undefined;
    }),
    historyLength: rows(found => ({ groups: overSeeds(found.map(({ historyLength }) => historyLength)) })),
    cost: rows(found => {
      const costs = found.flatMap(({ run }) => (run ? [{ ...run.cost, seconds: run.summary.seconds }] : []));
      return costs.length > 0 ? spreadsOf(costs) : undefined;
    }),
  };
}

/** With how many recent items a contender ranks worse than popularity does for the same users: with none, it should be. */
export function belowPopularity({ recentItems }: Tables): (Row & { readonly lengths: (number | 'all')[] })[] {
  const yardstick = recentItems.find(({ contender }) => contender === 'popularity, pooled')?.lengths ?? [];
  return recentItems.flatMap(({ contender, lengths }) => {
    const below = lengths.filter((length, at) => length['ndcg@10'].mean < (yardstick[at]?.['ndcg@10'].mean ?? 0));
    return below.length > 0 ? [{ contender, lengths: below.map(({ recentItems }) => recentItems) }] : [];
  });
}

/** `seeds` holds for each seed the same groups. */
function overSeeds<Group extends GroupQuality>(seeds: readonly (readonly Group[])[]): OverSeeds<Group>[] {
  return seeds[0]!.map((group, at) => {
    const quality = seeds.map(groups => ({ 'hr@10': groups[at]!['hr@10'], 'ndcg@10': groups[at]!['ndcg@10'] }));
    return { ...group, ...spreadsOf(quality) };
  });
}
