import { SettingsError } from '../../shared/errors.ts';
import { type AccountantName, epsilonOf } from '../../shared/privacy/accountants/account.ts';
import { noiseMultiplierFor } from '../../shared/privacy/accountants/calibrate.ts';
import { type DpEvent, type DpRelation, dpRelation, toDpEvent } from '../../shared/privacy/dp-event.ts';
import { UnsupportedMechanismError } from '../../shared/privacy/errors.ts';
import type { Adjacency, Mechanism } from '../../shared/privacy/mechanism.ts';
import type { Noised } from './account-mechanisms.ts';
import type { AccountRequest } from './account-request.ts';

/** What one accountant says; epsilon null: it knows no finite bound. */
export type Verdict =
  | { readonly epsilon: number | null; readonly noiseMultiplier?: number }
  | { readonly unsupported: string };

export type Verdicts = Readonly<Partial<Record<AccountantName, Verdict>>>;

/** Each bound is sound and follows from public settings alone, so the least of them holds. */
export interface Bounds {
  readonly epsilon: number | null;
  readonly accountant: AccountantName;
  readonly accountants: Verdicts;
}

/** A mechanism in dp_accounting's words. */
export interface Exported {
  readonly event: DpEvent;
  readonly eventRelation: DpRelation;
}

/** @throws SettingsError if no accountant has a sound bound. */
export function boundsOf(
  mechanism: Mechanism,
  { delta, adjacency, accountants }: Pick<AccountRequest, 'delta' | 'adjacency' | 'accountants'>,
): Bounds {
  const verdicts = accountants.map(
    name => [name, supported(() => epsilonOf(mechanism, delta, name, adjacency))] as const,
  );
  const answers = answered(verdicts);
  const [accountant, epsilon] = answers.reduce((a, b) => (b[1] < a[1] ? b : a));
  return {
    epsilon: finite(epsilon),
    accountant,
    accountants: table(verdicts, epsilon => ({ epsilon: finite(epsilon) })),
  };
}

/** The least noise that keeps the target, and the run with it. */
export function calibrate(request: AccountRequest, target: number): { bounds: Bounds; run: Noised } {
  const { delta, adjacency, accountants, run } = request;
  const mechanismWith = (noiseMultiplier: number): Mechanism => run(noiseMultiplier).mechanism;
  const verdicts = accountants.map(name => {
    const found = supported(() => {
      const noise = noiseMultiplierFor(mechanismWith, { epsilon: target, delta }, name, adjacency);
      return { noise, epsilon: epsilonOf(mechanismWith(noise), delta, name, adjacency) };
    });
    return [name, found] as const;
  });
  const [accountant, { noise, epsilon }] = answered(verdicts).reduce((a, b) => (b[1].noise < a[1].noise ? b : a));
  const bounds = {
    epsilon: finite(epsilon),
    accountant,
    accountants: table(verdicts, ({ noise, epsilon }) => {
      const { noiseMultiplier } = run(noise);
      return { epsilon: finite(epsilon), ...(noiseMultiplier !== null && { noiseMultiplier }) };
    }),
  };
  return { bounds, run: run(noise) };
}

export function exported(mechanism: Mechanism, adjacency: Adjacency): Exported {
  return { event: toDpEvent(mechanism, adjacency), eventRelation: dpRelation(mechanism, adjacency) };
}

type Asked<Answer> = readonly (readonly [AccountantName, Answer | UnsupportedMechanismError])[];

function supported<Answer>(ask: () => Answer): Answer | UnsupportedMechanismError {
  try {
    return ask();
  } catch (error) {
    if (error instanceof UnsupportedMechanismError) return error;
    throw error;
  }
}

function answered<Answer>(asked: Asked<Answer>): [AccountantName, Answer][] {
  const answers = asked.flatMap(([name, answer]): [AccountantName, Answer][] =>
    answer instanceof UnsupportedMechanismError ? [] : [[name, answer]],
  );
  if (answers.length > 0) return answers;
  const reasons = asked.map(([name, answer]) => `${name}: ${(answer as UnsupportedMechanismError).message}`);
  throw new SettingsError(reasons.join('\n'));
}

function table<Answer>(asked: Asked<Answer>, verdictOf: (answer: Answer) => Verdict): Verdicts {
  return Object.fromEntries(
    asked.map(([name, answer]) => [
      name,
      answer instanceof UnsupportedMechanismError ? { unsupported: answer.message } : verdictOf(answer),
    ]),
  );
}

/** JSON has no infinity. */
function finite(epsilon: number): number | null {
  return Number.isFinite(epsilon) ? epsilon : null;
}
