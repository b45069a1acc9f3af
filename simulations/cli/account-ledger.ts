import { statSync } from 'node:fs';
import { type LedgerFile, readLedger } from '../../server/privacy/file-ledger.ts';
import type { LedgerTerms } from '../../server/privacy/ledger.ts';
import { SettingsError } from '../../shared/errors.ts';
import { ACCOUNTANTS } from '../../shared/privacy/accountants/account.ts';
import { compose } from '../../shared/privacy/compose.ts';
import type { AccountFlags } from './account.ts';
import { type Bounds, boundsOf, type Exported, exported } from './account-bounds.ts';
import { counted, deltaText, figureText } from './account-figures.ts';
import { spelled } from './account-request.ts';
import { unitLines } from './account-statement.ts';
import { boundsLines } from './account-text.ts';

/** What `larder account --ledger` answers: the total of everything that was charged. */
export interface LedgerAnswer extends Bounds, Exported {
  readonly ledger: string;
  readonly charges: number;
  readonly runs: readonly string[];
  /** Of the ledger: the budget is kept with its own accountant, which need not be the tightest. */
  readonly terms: LedgerTerms;
  readonly unit: 'user';
  readonly warnings: readonly string[];
}

/** @throws SettingsError if other flags stand beside the ledger; LedgerError if it is damaged, naming the line. */
export function ledgerAnswer(path: string, flags: AccountFlags): LedgerAnswer {
  const foreign = Object.keys(flags).find(flag => flag !== 'ledger' && flag !== 'json');
  if (foreign !== undefined) throw new SettingsError(`The ledger says all there is. Leave ${spelled(foreign)} out.`);
  const file = readLedger(path);
  const { terms, charges } = file;
  const mechanism = compose(charges.map(charge => charge.mechanism));
  return {
    ledger: path,
    charges: charges.length,
    runs: [...new Set(charges.map(({ run }) => run))],
    terms,
    unit: 'user',
    ...boundsOf(mechanism, { ...terms, accountants: ACCOUNTANTS }),
    warnings: warnings(file, statSync(path).size),
    ...exported(mechanism, terms.adjacency),
  };
}

export function ledgerText(answer: LedgerAnswer): string {
  const { ledger, charges, runs, terms, accountants } = answer;
  const { delta, adjacency, accountant, budget } = terms;
  const verdict = accountants[accountant];
  const spent = verdict !== undefined && 'epsilon' in verdict ? figureText(verdict.epsilon) : 'unknown';
  return [
    `${ledger}: ${counted(charges, 'charge')} of ${counted(runs.length, 'run')}, delta ${deltaText(delta)}`,
    ...boundsLines(answer, delta),
    budget === null
      ? 'budget: none was set'
      : `budget: epsilon ${budget.epsilon} by ${accountant}, of which ${spent} is spent`,
    ...unitLines(adjacency),
  ].join('\n');
}

function warnings({ charges, wholeBytes }: LedgerFile, size: number): string[] {
  const found: string[] = [];
  if (size > wholeBytes) {
    found.push(
      `The last line was cut off after ${size - wholeBytes} bytes. It is not counted: a sum is released only when its charge is whole on the disk.`,
    );
  }
  const sampled = charges.some(
    ({ mechanism }) => mechanism.type === 'poisson-sampled' || mechanism.type === 'sampled-without-replacement',
  );
  if (sampled && new Set(charges.map(({ run }) => run)).size > 1) {
    found.push(
      'Sampled releases of several runs add up like this only if no run was set up after seeing what an earlier one released.',
    );
  }
  return found;
}
