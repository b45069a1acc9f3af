import { type Command, Option } from 'commander';
import { NOISES, type PrivacyOptions, SAMPLINGS, TRUST_MODELS } from '../../server/privacy/options.ts';
import { ACCOUNTANTS } from '../../shared/privacy/accountants/account.ts';
import { ADJACENCIES } from '../../shared/privacy/mechanism.ts';
import { integer, number } from './arguments.ts';

/** Adds the flags of `PrivacyOptions`, each by its own name. */
export function addPrivacyOptions(command: Command): Command {
  return command
    .addOption(choice('--trust <model>', 'who adds the noise: the coordinator, or each device', TRUST_MODELS))
    .option('--epsilon <number>', 'the promise that the noise is calibrated for (default: no noise)', number)
    .option('--noise-multiplier <number>', 'noise over clip norm, in place of --epsilon', number)
    .option('--delta <number>', 'the delta of the promise (default: 1e-6)', number)
    .addOption(choice('--sampling <scheme>', 'what is claimed of how cohorts come about', SAMPLINGS))
    .addOption(choice('--noise <kind>', 'independent, or correlated over the rounds', NOISES))
    .option('--min-separation <rounds>', 'a device comes back after so many rounds at the earliest', integer)
    .option('--cohort-cap <devices>', 'the most that a Poisson cohort asks', integer)
    .option('--clip-norm <norm>', "L2 bound of a contribution (default: the learner's)", number)
    .option('--clip-quantile <share>', 'adapt the clip norm until this share of contributions keeps it', number)
    .addOption(choice('--adjacency <relation>', 'who counts as a neighbour', ADJACENCIES))
    .addOption(choice('--accountant <name>', 'how privacy is added up', ACCOUNTANTS));
}

/** What commander parsed of them. */
export function privacyOptions(flags: PrivacyOptions): PrivacyOptions {
  const { trust, epsilon, noiseMultiplier, delta, sampling, noise, minSeparation, ...rest } = flags;
  const { cohortCap, clipNorm, clipQuantile, adjacency, accountant } = rest;
  const privacy = { trust, epsilon, noiseMultiplier, delta, sampling, noise, minSeparation };
  return { ...privacy, cohortCap, clipNorm, clipQuantile, adjacency, accountant };
}

function choice(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, description).choices(choices);
}
