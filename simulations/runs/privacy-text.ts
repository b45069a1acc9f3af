import type { PrivacyStatement } from './results.ts';

const ADJACENCY = {
  'add-remove': 'with one user more or less',
  'zero-out': 'with one user contributing nothing',
  'replace-one': "with one user's data replaced by any other",
} as const;

const SAMPLING = {
  none: 'nothing is assumed of how cohorts come about',
  poisson: 'cohorts are Poisson samples whose members nobody but the coordinator learns',
  'without-replacement': 'cohorts are uniform samples of fixed size whose members nobody but the coordinator learns',
  'min-separation': 'nothing is assumed of how cohorts come about but',
} as const;

const TRUST = {
  central: 'The coordinator sees each clipped contribution, and is trusted to add the noise.',
  local: 'Each device adds its own noise: the coordinator is not trusted.',
} as const;

const UNIT = "everything on all of a shopper's devices";
const SEEDED =
  'The noise came from the seed, so that the run can be repeated: fit for studies, not for publishing the model.';

/** What a run promises, in sentences that name all that the figure depends on. */
export function privacyText(privacy: PrivacyStatement): string[] {
  const { trust, epsilon, delta, adjacency, accountant, noise, noiseMultiplier } = privacy;
  if (epsilon === null || adjacency === null) {
    return ['privacy: no noise was added, so no epsilon is promised; the coordinator sees each clipped contribution'];
  }
  return [
    `privacy: epsilon ${epsilon.toFixed(2)} at delta ${delta} for each user, ${UNIT} (${adjacency}: ${ADJACENCY[adjacency]})`,
    `  accountant ${accountant}; ${noise} noise, multiplier ${noiseMultiplier.toPrecision(4)}; ${samplingText(privacy)}. ${TRUST[trust]}`,
    ...(privacy.seededNoise ? [`  ${SEEDED}`] : []),
  ];
}

/** All but the figures: what runs share that differ in epsilon alone. Of runs with noise. */
export function privacyTerms(privacy: PrivacyStatement): string[] {
  const { trust, delta, adjacency, accountant, noise, clipQuantile, seededNoise } = privacy;
  return [
    `The promise is for each user: ${UNIT}. What is released is told apart from what it would be ${ADJACENCY[adjacency!]} (${adjacency}) by no more than epsilon, but for a chance of delta = ${delta}.`,
    TRUST[trust],
    `The noise is ${noise}, and epsilon was added up by the accountant "${accountant}"; ${samplingText(privacy)}.`,
    ...(clipQuantile === null ? [] : [`The clip norm follows a private estimate of the ${clipQuantile} quantile.`]),
    ...(seededNoise ? [SEEDED] : []),
  ];
}

function samplingText({ sampling, minSeparation }: PrivacyStatement): string {
  const separation = sampling === 'min-separation' ? ` that a device's rounds are at least ${minSeparation} apart` : '';
  return `${SAMPLING[sampling]}${separation}`;
}
