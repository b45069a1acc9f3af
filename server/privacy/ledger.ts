import { LarderError } from '../../shared/errors.ts';
import { type AccountantName, epsilonOf } from '../../shared/privacy/accountants/account.ts';
import { compose } from '../../shared/privacy/compose.ts';
import type { Adjacency, Mechanism } from '../../shared/privacy/mechanism.ts';

/** A release would pass the budget: nothing of it was asked, and nothing is released. */
export class BudgetExhaustedError extends LarderError {
  readonly code = 'budget_exhausted';
  /** Epsilon that the ledger would hold, and the most that it may. */
  readonly epsilon: number;
  readonly budget: number;

  constructor(epsilon: number, budget: number) {
    super(
      `The next release would bring epsilon to ${epsilon.toPrecision(4)}, and the budget is ${budget}. Stop here, or have whoever answers for the shoppers raise the budget.`,
    );
    this.epsilon = epsilon;
    this.budget = budget;
  }
}

/** The file of a ledger cannot be used. */
export class LedgerError extends LarderError {
  readonly code = 'ledger';
}

/** What a ledger's figures mean; fixed when it is made. */
export interface LedgerTerms {
  readonly delta: number;
  readonly adjacency: Adjacency;
  readonly accountant: AccountantName;
  /** The most that all charges together may come to; null: no limit. */
  readonly budget: { readonly epsilon: number } | null;
}

/** One release, or the releases that one draw of correlated noise covers. */
export interface Charge {
  readonly run: string;
  readonly round: number;
  readonly phase: string;
  readonly mechanism: Mechanism;
}

/**
 * The record of privacy spent on one population. Append-only. What `charge` was given is recorded when it returns, durably
 * where the ledger is a file: a sum may be used after that and not before.
 */
export interface Ledger {
  readonly terms: LedgerTerms;
  readonly charges: readonly Charge[];
  /** @throws BudgetExhaustedError; then nothing was recorded. */
  charge(charge: Charge): void;
}

/** @throws BudgetExhaustedError, LedgerError if the ledger could not take this charge now. */
export function admit({ terms, charges }: Ledger, charge: Charge): void {
  const { delta, adjacency, accountant, budget } = terms;
  if (budget === null) return;
  const all = [...charges, charge];
  checkFilter(all);
  const epsilon = epsilonOf(compose(all.map(({ mechanism }) => mechanism)), delta, accountant, adjacency);
  // Noise calibrated to the very budget must fit it, however its epsilon was rounded on the way back.
  if (!(epsilon <= budget.epsilon * (1 + 1e-9))) throw new BudgetExhaustedError(epsilon, budget.epsilon);
}

/** Epsilon of everything recorded; 0 of nothing. */
export function spent({ terms, charges }: Ledger): number {
  if (charges.length === 0) return 0;
  const { delta, adjacency, accountant } = terms;
  return epsilonOf(compose(charges.map(({ mechanism }) => mechanism)), delta, accountant, adjacency);
}

/**
 * A budget is a privacy filter: later runs may choose their noise after seeing what earlier ones released. For Gaussian
 * releases the sum of mu^2 is a valid filter (Smith and Thakurta 2022; Koskela, Tobaben and Honkela 2022, arXiv
 * 2210.17520). For sampled ones no tight one is known, so those must be of one run, whose settings were fixed before it.
 */
function checkFilter(charges: readonly Charge[]): void {
  if (charges.every(({ mechanism: { type } }) => type === 'gaussian' || type === 'matrix-factorization')) return;
  if (charges.every(({ run }) => run === charges[0]!.run)) return;
  throw new LedgerError(
    'Sampled releases of several runs cannot share a budget: nothing tight is known of settings that are chosen after seeing an earlier run. Give this run a ledger of its own, or use noise without amplification.',
  );
}

/** For simulations, and runs whose record is written elsewhere. */
export class MemoryLedger implements Ledger {
  readonly terms: LedgerTerms;
  readonly #charges: Charge[] = [];

  constructor(terms: LedgerTerms) {
    this.terms = terms;
  }

  get charges(): readonly Charge[] {
    return this.#charges;
  }

  charge(charge: Charge): void {
    admit(this, charge);
    this.#charges.push(charge);
  }
}
