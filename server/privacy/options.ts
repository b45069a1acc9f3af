import { z } from 'zod';
import { SettingsError } from '../../shared/errors.ts';
import { ACCOUNTANTS, type AccountantName } from '../../shared/privacy/accountants/account.ts';
import { ADJACENCIES, type Adjacency } from '../../shared/privacy/mechanism.ts';

/** Who must be trusted; `secure` and `distributed` come with secure aggregation. */
export const TRUST_MODELS = ['central', 'local'] as const;
/**
 * `none`: nothing is claimed of how cohorts come about, each device may take part in every release. `poisson` and
 * `without-replacement`: amplification by a secret choice among a pool that is there as a whole. `min-separation`: nothing
 * is claimed but that a device's releases are some apart, which coordinator and device both see to.
 */
export const SAMPLINGS = ['none', 'poisson', 'without-replacement', 'min-separation'] as const;
/** `gaussian`: independent noise each release. `toeplitz`, `blt`: noise correlated over the releases (DP-FTRL). */
export const NOISES = ['gaussian', 'toeplitz', 'blt'] as const;

export type TrustModel = (typeof TRUST_MODELS)[number];
export type Sampling = (typeof SAMPLINGS)[number];
export type Noise = (typeof NOISES)[number];

/** What a person may ask for. Every number is public: none may be derived from the data. */
export interface PrivacyOptions {
  readonly trust?: TrustModel | undefined;
  /** The promise to calibrate the noise for; excludes `noiseMultiplier`. Neither: no noise, and no promise. */
  readonly epsilon?: number | undefined;
  /** Standard deviation over clip norm in a release of mean weight. */
  readonly noiseMultiplier?: number | undefined;
  readonly delta?: number | undefined;
  readonly adjacency?: Adjacency | undefined;
  readonly accountant?: AccountantName | undefined;
  readonly sampling?: Sampling | undefined;
  readonly noise?: Noise | undefined;
  readonly minSeparation?: number | undefined;
  /** The most that a Poisson cohort asks. */
  readonly cohortCap?: number | undefined;
  /** In place of the learner's. */
  readonly clipNorm?: number | undefined;
  /** Adapts the clip norm until this share of the contributions keeps it; `clipNorm` is where it starts. */
  readonly clipQuantile?: number | undefined;
}

type Filled = 'trust' | 'delta' | 'adjacency' | 'accountant' | 'sampling' | 'noise' | 'minSeparation';

/** The options with what goes without saying filled in. */
export type PrivacySettings = PrivacyOptions & { readonly [Name in Filled]: NonNullable<PrivacyOptions[Name]> };

const DEFAULT_DELTA = 1e-6;

const schema = z.strictObject({
  trust: z.enum(TRUST_MODELS).default('central'),
  epsilon: z.number().positive().optional(),
  noiseMultiplier: z.number().positive().optional(),
  delta: z.number().positive().lt(1).default(DEFAULT_DELTA),
  adjacency: z.enum(ADJACENCIES).optional(),
  accountant: z.enum(ACCOUNTANTS).optional(),
  sampling: z.enum(SAMPLINGS).default('none'),
  noise: z.enum(NOISES).default('gaussian'),
  minSeparation: z.int().positive().optional(),
  cohortCap: z.int().positive().optional(),
  clipNorm: z.number().positive().optional(),
  clipQuantile: z.number().gt(0).lt(1).optional(),
});

/** Whether noise is asked for. */
export function isNoised({ epsilon, noiseMultiplier }: PrivacyOptions): boolean {
  return epsilon !== undefined || noiseMultiplier !== undefined;
}

/** @throws SettingsError if an option is out of range, or options do not fit each other. */
export function compilePrivacyOptions(options: PrivacyOptions): PrivacySettings {
  const parsed = schema.safeParse(options);
  if (!parsed.success) throw new SettingsError(`The privacy settings do not fit:\n${z.prettifyError(parsed.error)}`);
  const { trust, sampling, noise } = parsed.data;
  const noised = isNoised(parsed.data);
  const adjacency = parsed.data.adjacency ?? defaultAdjacency(trust, sampling);
  const refuse = (when: boolean, sentence: string): void => {
    if (when) throw new SettingsError(sentence);
  };
  refuse(
    parsed.data.epsilon !== undefined && parsed.data.noiseMultiplier !== undefined,
    'Give either epsilon, from which the noise follows, or the noise multiplier, from which epsilon follows.',
  );
  refuse(
    !noised && (sampling === 'poisson' || sampling === 'without-replacement' || noise !== 'gaussian'),
    `The settings "${noise === 'gaussian' ? sampling : noise}" are about noise, and none is asked for. Give epsilon or a noise multiplier.`,
  );
  const amplified = sampling === 'poisson' || sampling === 'without-replacement';
  refuse(
    trust === 'local' && amplified,
    'Sampling amplifies privacy only where nobody sees who takes part, and under local trust the coordinator is not trusted with that. Use sampling "none" or "min-separation".',
  );
  refuse(
    trust === 'local' && (noise !== 'gaussian' || parsed.data.clipQuantile !== undefined),
    'Under local trust each contribution carries its own independent noise. Use noise "gaussian" without a clip quantile.',
  );
  refuse(
    amplified && noise !== 'gaussian',
    `No amplification by sampling is claimed for ${noise} noise. Use sampling "min-separation", or noise "gaussian".`,
  );
  refuse(
    sampling === 'poisson' && adjacency === 'replace-one' && parsed.data.cohortCap !== undefined,
    'A capped Poisson cohort is accounted for add-remove or zero-out only. Leave the cap or the adjacency out.',
  );
  refuse(
    sampling === 'without-replacement' && adjacency !== 'replace-one',
    'Cohorts of fixed size are accounted under replace-one: adding a user would change who else takes part. Leave the adjacency out.',
  );
  refuse(
    (parsed.data.minSeparation ?? 1) > 1 && sampling !== 'min-separation',
    'A minimum separation belongs to sampling "min-separation". Add it, or leave the separation out.',
  );
  refuse(
    parsed.data.cohortCap !== undefined && sampling !== 'poisson',
    'A cap belongs to Poisson cohorts; others have a fixed size. Leave it out.',
  );
  refuse(
    parsed.data.clipQuantile !== undefined && !noised,
    'An adaptive clip norm follows a private share of clipped contributions. Give epsilon or a noise multiplier.',
  );
  refuse(
    parsed.data.clipQuantile !== undefined && noise !== 'gaussian',
    'Correlated noise needs one clip norm for the whole run, so the clip quantile cannot be had. Leave it out.',
  );
  return Object.freeze({
    ...parsed.data,
    adjacency,
    accountant: parsed.data.accountant ?? defaultAccountant(sampling),
    minSeparation: parsed.data.minSeparation ?? 1,
  });
}

/** Local randomisers are compared on any two inputs; central releases on the neighbours that their sampling speaks of. */
function defaultAdjacency(trust: TrustModel, sampling: Sampling): Adjacency {
  if (trust === 'local' || sampling === 'without-replacement') return 'replace-one';
  return sampling === 'poisson' ? 'add-remove' : 'zero-out';
}

/** The tightest that speaks of the mechanism. */
function defaultAccountant(sampling: Sampling): AccountantName {
  if (sampling === 'poisson') return 'pld';
  return sampling === 'without-replacement' ? 'rdp' : 'exact';
}
