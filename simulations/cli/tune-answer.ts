import type { AccountantName } from '../../shared/privacy/accountants/account.ts';
import { expectedRuns } from '../../shared/privacy/accountants/selection-runs.ts';
import type { Adjacency, RunCount } from '../../shared/privacy/mechanism.ts';
import type { Value } from '../compare/study.ts';
import type { RunResult } from '../runs/results.ts';
import type { Candidate } from '../tune/candidates.ts';
import type { SelectionCharge, SelectionTerms } from '../tune/charge.ts';
import { simulateCommandLine } from '../tune/command.ts';
import type { Selected } from '../tune/private.ts';
import type { PublicTuning } from '../tune/public.ts';

/** What tells a candidate from the others. */
interface Chosen {
  readonly learner: string;
  readonly settings: Readonly<Record<string, Value>>;
}

interface PublicFigures extends Chosen {
  readonly 'hr@10': number;
  readonly 'ndcg@10': number;
  /** Of one run on the data that were tried; null without noise. */
  readonly epsilon: number | null;
}

/** What `larder tune --on` answers. */
export interface PublicAnswer {
  readonly tune: string;
  readonly way: 'public';
  readonly data: RunResult['data'];
  readonly seeds: readonly number[];
  /** Best first. */
  readonly candidates: readonly PublicFigures[];
  readonly failed: readonly (Chosen & { readonly error: PublicTuning['failed'][number]['error'] })[];
  /** Null: all failed. */
  readonly best: Chosen | null;
  /** What choosing cost the people in the private data, which were not read. */
  readonly epsilon: 0;
  /** Trains on the private data with what was chosen. */
  readonly command: string | null;
}

export function publicAnswer(
  tune: string,
  data: RunResult['data'],
  seeds: readonly number[],
  target: string | undefined,
  { scores, failed }: PublicTuning,
): PublicAnswer {
  const best = scores[0]?.candidate;
  return {
    tune,
    way: 'public',
    data,
    seeds,
    candidates: scores.map(({ candidate, ...figures }) => ({ ...chosen(candidate), ...figures })),
    failed: failed.map(({ candidate, error }) => ({ ...chosen(candidate), error })),
    best: best === undefined ? null : chosen(best),
    epsilon: 0,
    command: best === undefined ? null : simulateCommandLine(target, best),
  };
}

/** What `larder tune --private` answers: all that may be told of the private data. */
export interface PrivateAnswer {
  readonly tune: string;
  readonly way: 'private';
  readonly data: Pick<RunResult['data'], 'name' | 'users' | 'items' | 'hash'>;
  readonly candidates: readonly Chosen[];
  readonly best:
    | (Chosen & {
        readonly noiseMultiplier: number;
        /** Users with a hit, with noise, over all users. */
        readonly score: number;
        /** Null: this run diverged. */
        readonly modelHash: string | null;
      })
    | null;
  readonly privacy: {
    readonly unit: 'user';
    readonly trust: 'central';
    /** Of the whole choice, the model included. */
    readonly epsilon: number;
    readonly delta: number;
    readonly adjacency: Adjacency;
    readonly accountant: AccountantName;
    readonly expectedRuns: number;
    readonly runs: RunCount;
    /** Of one run with its score, and of the score alone; they are part of the whole. */
    readonly run: { readonly epsilon: number };
    readonly score: { readonly epsilon: number; readonly deviation: number };
    /** Simulated runs draw their noise from a generator for simulations, whatever it is seeded with. */
    readonly seededNoise: true;
    /** What it was seeded with; null: a secret that nobody kept. Whoever knows it can take the noise off, and count the runs. */
    readonly seed: number | null;
  };
}

export function privateAnswer(
  tune: string,
  { name, users, items, hash }: RunResult['data'],
  candidates: readonly Candidate[],
  { runs, scoreDeviation }: SelectionTerms,
  { epsilon, runEpsilon, scoreEpsilon, delta, adjacency, noiseMultipliers }: SelectionCharge,
  seed: number | undefined,
  selected: Selected | 'none',
): PrivateAnswer {
  return {
    tune,
    way: 'private',
    data: { name, users, items, hash },
    candidates: candidates.map(chosen),
    best:
      selected === 'none'
        ? null
        : {
            ...chosen(selected.candidate),
            noiseMultiplier: noiseMultipliers[candidates.indexOf(selected.candidate)]!,
            score: selected.score,
            modelHash: selected.model?.modelHash ?? null,
          },
    privacy: {
      unit: 'user',
      trust: 'central',
      epsilon,
      delta,
      adjacency,
      accountant: 'rdp',
      expectedRuns: expectedRuns(runs),
      runs,
      run: { epsilon: runEpsilon },
      score: { epsilon: scoreEpsilon, deviation: scoreDeviation },
      seededNoise: true,
      seed: seed ?? null,
    },
  };
}

function chosen({ learner, varied }: Candidate): Chosen {
  return { learner, settings: varied };
}
