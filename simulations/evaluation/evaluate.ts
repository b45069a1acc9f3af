import { NumericalError } from '../../shared/errors.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import { sharedColumn } from '../data/shared-columns.ts';
import { drawNegatives, ItemMarks } from './candidates.ts';
import { hitRate, ndcg, recall, reciprocalRank } from './metrics.ts';
import { rankAmong, ScoreList } from './rank.ts';
import type { Scorer } from './scorer.ts';
import type { Split } from './split.ts';

/** Means over the evaluated users; 0 where there are none. */
export interface Metrics {
  /** One list of the whole catalogue without the items that the user was trained on. */
  readonly full: {
    readonly 'hr@10': number;
    readonly 'ndcg@10': number;
    readonly 'recall@20': number;
    readonly mrr: number;
  };
  /**
   * The protocol of He et al. 2017 (Neural Collaborative Filtering): each held-out item among 99 drawn ones that the
   * user never bought. For comparison with published figures: it does not order recommenders as `full`
   * does. Of several held-out items each has its own list, and a user's figure is their mean.
   */
  readonly sampled: { readonly 'hr@10': number; readonly 'ndcg@10': number };
}

/** The positions, from 1, behind the metrics: what confidence intervals are computed from. */
export interface Ranks {
  /** The evaluated users, ascending. The ranks of `users[n]` are at `offsets[n]` to `offsets[n + 1] - 1`. */
  readonly users: Int32Array;
  readonly offsets: Int32Array;
  /** Positions of a user's held-out items in the one full list, ascending within the user. */
  readonly full: Int32Array;
  /** The position of each held-out item among its own candidates, in the order of `Split.heldOut`. */
  readonly sampled: Int32Array;
}

export interface Evaluation extends Metrics {
  /** How many users were evaluated. */
  readonly users: number;
  readonly ranks: Ranks;
}

/**
 * Evaluates a scorer on users from whom something is held out, all of them if left out. The drawn candidates depend on
 * the seed and the user's id alone, so that all scorers meet the same.
 * @throws NumericalError if a score is not finite.
 */
export function evaluate(scorer: Scorer, split: Split, seed: number, users: Int32Array = split.evaluated): Evaluation {
  const ranks = emptyRanks(split, users);
  rankHeldOut(scorer, split, seed, ranks, 0, users.length);
  return evaluationOf(ranks);
}

export function evaluationOf(ranks: Ranks): Evaluation {
  return { ...average(ranks), users: ranks.users.length, ranks };
}

/** Where `rankHeldOut` writes the ranks of these users, for all threads to see. */
export function emptyRanks(split: Split, users: Int32Array): Ranks {
  const offsets = sharedColumn(Int32Array, users.length + 1);
  for (let n = 0; n < users.length; n++) offsets[n + 1] = offsets[n]! + split.heldOut(users[n]!).length;
  const count = offsets[users.length]!;
  return { users, offsets, full: sharedColumn(Int32Array, count), sampled: sharedColumn(Int32Array, count) };
}

/**
 * Ranks what is held out from `ranks.users[from]` to `ranks.users[to - 1]`.
 * @throws NumericalError if a score is not finite.
 */
export function rankHeldOut(
  scorer: Scorer,
  split: Split,
  seed: number,
  { users, offsets, full, sampled }: Ranks,
  from: number,
  to: number,
): void {
  const list = new ScoreList();
  const bought = new ItemMarks(split.itemCount);
  try {
    for (let n = from; n < to; n++) {
      const user = users[n]!;
      const trained = split.train.items(user);
      const heldOut = split.heldOut(user);
      const scores = scorer(user);
      if (!list.take(scores) || scores.length !== split.itemCount) throw unusable(scores, split, user);
      list.rank(trained, heldOut, full.subarray(offsets[n], offsets[n + 1]));
      bought.hold(trained, heldOut);
      const random = seededRandom(seed, 'candidates', split.users.at(user)!);
      for (const [h, item] of heldOut.entries()) {
        sampled[offsets[n]! + h] = rankAmong(scores, item, drawNegatives(split.itemCount, bought, random));
      }
    }
  } finally {
    list.release();
  }
}

function unusable(scores: Float32Array, { users, itemCount }: Split, user: number): NumericalError {
  if (scores.length !== itemCount) {
    return new NumericalError(`User "${users.at(user)}" got ${scores.length} scores for ${itemCount} items.`);
  }
  const odd = scores.find(score => !Number.isFinite(score));
  return new NumericalError(
    `User "${users.at(user)}" got the score ${odd}. The model has diverged: train with a smaller learning rate.`,
  );
}

/** The metrics of some of the ranked users, by their place in `ranks.users`; of all of them if left out. */
export function average({ users, offsets, full, sampled }: Ranks, places: Iterable<number> = users.keys()): Metrics {
  const total = { users: 0, hr: 0, ndcg: 0, recall: 0, mrr: 0, sampledHr: 0, sampledNdcg: 0 };
  for (const n of places) {
    total.users++;
    const list = full.subarray(offsets[n], offsets[n + 1]);
    total.hr += hitRate(list, 10);
    total.ndcg += ndcg(list, 10);
    total.recall += recall(list, 20);
    total.mrr += reciprocalRank(list);
    for (let at = offsets[n]!; at < offsets[n + 1]!; at++) {
      total.sampledHr += hitRate(sampled.subarray(at, at + 1), 10) / list.length;
      total.sampledNdcg += ndcg(sampled.subarray(at, at + 1), 10) / list.length;
    }
  }
  const mean = (sum: number): number => sum / Math.max(1, total.users);
  return {
    full: {
      'hr@10': mean(total.hr),
      'ndcg@10': mean(total.ndcg),
      'recall@20': mean(total.recall),
      mrr: mean(total.mrr),
    },
    sampled: { 'hr@10': mean(total.sampledHr), 'ndcg@10': mean(total.sampledNdcg) },
  };
}
