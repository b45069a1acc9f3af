import type { AccountFlags } from './account.ts';
import { accountAnswer } from './account-answer.ts';
import { ledgerAnswer, ledgerText } from './account-ledger.ts';
import { accountRequest } from './account-request.ts';
import { answerText } from './account-text.ts';
import { printJson } from './output.ts';

export function runAccount(flags: AccountFlags): void {
  if (flags.ledger !== undefined) {
    const answer = ledgerAnswer(flags.ledger, flags);
    print(flags, answer, ledgerText(answer), answer.warnings);
    return;
  }
  const answer = accountAnswer(accountRequest(flags));
  const { figures, ...rest } = answer;
  print(flags, { ...rest, ...figures }, answerText(answer), answer.warnings);
}

function print({ json = false }: AccountFlags, document: object, text: string, warnings: readonly string[]): void {
  for (const sentence of warnings) process.stderr.write(`larder: ${sentence}\n`);
  if (json) printJson(document);
  else process.stdout.write(`${text}\n`);
}
