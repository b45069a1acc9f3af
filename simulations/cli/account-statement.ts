import type { Adjacency } from '../../shared/privacy/mechanism.ts';
import { deltaText } from './account-figures.ts';
import type { AccountRequest } from './account-request.ts';
import type { Sampling } from './account-sampling.ts';
import { SELECTION_ASSUMPTIONS } from './account-selection.ts';
import { countText } from './table.ts';

const UNIT = "a user, which is everything on all of one shopper's devices";

/** What the relation compares. */
const ADJACENCY_SENTENCES: Readonly<Record<Adjacency, string>> = {
  'add-remove': 'one user more or less',
  'zero-out': 'one user contributes zeros instead, so who takes part may be known',
  'replace-one': "one user's data become any others, which moves a sum by up to twice the bound of a contribution",
};

/** Whom the figures speak of. */
export function unitLines(adjacency: Adjacency): string[] {
  return [`unit: ${UNIT}`, `adjacency: ${adjacency}, ${ADJACENCY_SENTENCES[adjacency]}`];
}

/** What must be so for the figures to hold; nobody can check it from the outside. */
export function assumptions({ sampling, run, steps, selection }: AccountRequest): string[] {
  const { maxParticipations, minSeparation } = run(1).figures;
  const who =
    typeof maxParticipations === 'number' && typeof minSeparation === 'number'
      ? `a user takes part at most ${countText(maxParticipations)} times in ${countText(steps)} steps, any two at least ${countText(minSeparation)} steps apart`
      : SAMPLING_SENTENCES[sampling.scheme];
  const chosen = selection === undefined ? [] : SELECTION_ASSUMPTIONS;
  return [
    who,
    ...chosen,
    'noise, steps and bounds are fixed beforehand, or follow from what was released, never from the data',
  ];
}

const SAMPLING_SENTENCES: Readonly<Record<Sampling['scheme'], string>> = {
  none: 'nothing of who takes part: every user may, in every step',
  poisson:
    'each user takes part in each step by an independent coin; the coins stay secret; sums are divided by the expected cohort, whoever came',
  'without-replacement': "each step's cohort is a uniform subset of fixed size, drawn anew and kept secret",
};

/** Below the mean and so many standard deviations, a cap cuts cohorts often enough to undo the amplification. */
const CAP_DEVIATIONS = 5;

/** What is allowed and hardly meant. */
export function warnings({ delta, sampling: { population, rate, cap } }: AccountRequest): string[] {
  const found: string[] = [];
  if (population !== undefined && delta * population >= 1) {
    found.push(
      `With delta ${deltaText(delta)} one of ${countText(population)} users may be given away outright. Choose --delta below ${(1 / population).toPrecision(3)}.`,
    );
  }
  if (cap !== undefined) {
    const mean = population! * rate!;
    const least = Math.ceil(mean + CAP_DEVIATIONS * Math.sqrt(mean * (1 - rate!)));
    if (cap < least) {
      found.push(
        `A cap of ${countText(cap)} near the mean of ${mean.toPrecision(4)} costs most of the amplification, as the figures show. Choose --cap ${countText(least)} or more.`,
      );
    }
  }
  return found;
}
