import type { MechanismName } from './account.ts';
import { type Bounds, boundsOf, calibrate, type Exported, exported } from './account-bounds.ts';
import type { Noised } from './account-mechanisms.ts';
import type { AccountRequest } from './account-request.ts';
import type { Sampling } from './account-sampling.ts';
import type { Selection } from './account-selection.ts';
import { assumptions, warnings } from './account-statement.ts';

/** What `larder account` answers. */
export interface AccountAnswer extends Bounds, Exported {
  readonly noiseMultiplier: number | null;
  readonly delta: number;
  readonly adjacency: AccountRequest['adjacency'];
  readonly unit: 'user';
  readonly mechanism: MechanismName;
  /** The mechanism's own. */
  readonly figures: Noised['figures'];
  readonly sampling: Sampling;
  readonly steps: number;
  /** Where the best of several runs is released. */
  readonly selection?: Selection;
  readonly assumptions: readonly string[];
  readonly warnings: readonly string[];
}

export function accountAnswer(request: AccountRequest): AccountAnswer {
  const { name, sampling, steps, selection, delta, adjacency, epsilon } = request;
  const { run, bounds } = epsilon === undefined ? asGiven(request) : calibrate(request, epsilon);
  return {
    epsilon: bounds.epsilon,
    noiseMultiplier: run.noiseMultiplier,
    delta,
    accountant: bounds.accountant,
    adjacency,
    unit: 'user',
    mechanism: name,
    figures: run.figures,
    sampling,
    steps,
    ...(selection && { selection }),
    accountants: bounds.accountants,
    assumptions: assumptions(request),
    warnings: warnings(request),
    ...exported(run.mechanism, adjacency),
  };
}

function asGiven(request: AccountRequest): { run: Noised; bounds: Bounds } {
  const run = request.run();
  return { run, bounds: boundsOf(run.mechanism, request) };
}
