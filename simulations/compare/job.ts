import { contentHash } from '../../shared/hash.ts';
import type { BaselineName } from '../simulate/baselines.ts';
import type { SimulateSettings } from '../simulate/settings.ts';

/** What a run is asked beside its metrics, since it takes long: see `RunResult`. */
export const MEASURES = ['cold-start', 'cost'] as const;

export type Measure = (typeof MEASURES)[number];

/**
 * A piece of a study: plain data that fixes its result bit by bit, wherever, whenever and with however many threads it is
 * done. Of a baseline, which trains nothing by federation, the settings say the data, the holdout, the seed, and for
 * `pooled` the learner.
 */
export type Job = {
  readonly settings: SimulateSettings;
  /** The data set's content: on another machine its path may be another, or hold something else. */
  readonly dataHash: string;
  /** `codeVersion()` of whoever planned it. */
  readonly code: string;
  /** Of baselines, popularity alone has any, and of them the cold start. */
  readonly measures: readonly Measure[];
} & ({ readonly kind: 'run' } | { readonly kind: 'baseline'; readonly baseline: BaselineName });

/**
 * Names what fixes the result: 64 hex digits. Left out are where the data lie, how many threads there are, and the code,
 * so that a study that goes on with other code finds what was done, and can say so.
 */
export function jobId(job: Job): string {
  const { settings, code: _, ...rest } = job;
  const {
    data: _data,
    columns: _columns,
    maxBadShare: _share,
    workers: _workers,
    baselines: _baselines,
    ...fixing
  } = settings;
  return contentHash(new TextEncoder().encode(canonicalJson({ ...rest, settings: fixing })));
}

/** For people, and for a folder: no two jobs share it. */
export function jobName(job: Job): string {
  const { data, learner, privacy, seed } = job.settings;
  const what =
    job.kind === 'run'
      ? [learner, privacyName(privacy), `seed ${seed}`]
      : ['baseline', job.baseline === 'pooled' ? `pooled ${learner}` : job.baseline];
  const [source = ''] = data.split(':');
  return fileName([source, ...what, jobId(job).slice(0, 8)].join(' '));
}

function privacyName({ epsilon, noiseMultiplier, trust }: SimulateSettings['privacy']): string {
  if (epsilon !== undefined) return `${trust} epsilon ${epsilon}`;
  return noiseMultiplier === undefined ? 'no noise' : `${trust} noise ${noiseMultiplier}`;
}

/** Without what means something to a file system. */
function fileName(text: string): string {
  return text.replaceAll(/[^\w.]+/g, '-').replace(/^[.-]+/, '');
}

/** Members in the order of their names, at every depth; those that are undefined are left out. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
