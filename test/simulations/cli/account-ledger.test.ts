import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FileLedger } from '../../../server/privacy/file-ledger.ts';
import type { LedgerTerms } from '../../../server/privacy/ledger.ts';
import { epsilonOf } from '../../../shared/privacy/accountants/account.ts';
import type { Mechanism } from '../../../shared/privacy/mechanism.ts';
import { type LedgerAnswer, ledgerAnswer, ledgerText } from '../../../simulations/cli/account-ledger.ts';
import { runCli, temporaryFolder } from '../../support/cli.ts';

const TERMS: LedgerTerms = { delta: 1e-7, adjacency: 'replace-one', accountant: 'rdp', budget: { epsilon: 9 } };
const popularity: Mechanism = { type: 'gaussian', noiseMultiplier: 7.3 };
const gram: Mechanism = { type: 'gaussian', noiseMultiplier: 2.9 };

function ledgerWith(charges: readonly Mechanism[], terms: LedgerTerms = TERMS): string {
  const path = join(temporaryFolder(), 'ledger.jsonl');
  const ledger = new FileLedger(path, terms);
  for (const [round, mechanism] of charges.entries()) ledger.charge({ run: 'spring', round, phase: 'sum', mechanism });
  return path;
}

it('adds up what was charged, by every accountant, and says it in the words of dp_accounting', async () => {
  const path = ledgerWith([popularity, gram, gram]);
  const { status, stdout, stderr } = await runCli('account', '--ledger', path, '--json');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const answer = JSON.parse(stdout) as LedgerAnswer;
  // Squared distances of Gaussians add up, so one of noise multiplier z is as good.
  const one: Mechanism = { type: 'gaussian', noiseMultiplier: (7.3 ** -2 + 2 * 2.9 ** -2) ** -0.5 };
  expect(answer).toMatchObject({ ledger: path, charges: 3, runs: ['spring'], terms: TERMS, accountant: 'exact' });
  expect(answer.epsilon).toBeCloseTo(epsilonOf(one, 1e-7, 'exact', 'replace-one'), 9);
  expect(answer.accountants).toMatchObject({
    pld: { epsilon: expect.closeTo(answer.epsilon!, 2) },
    rdp: { epsilon: expect.closeTo(epsilonOf(one, 1e-7, 'rdp', 'replace-one'), 9) },
    zcdp: { epsilon: expect.closeTo(epsilonOf(one, 1e-7, 'zcdp', 'replace-one'), 9) },
  });
  expect(answer.event).toMatchObject({
    class_name: 'ComposedDpEvent',
    events: [
      { class_name: 'GaussianDpEvent', noise_multiplier: 3.65 },
      { class_name: 'SelfComposedDpEvent', event: { noise_multiplier: 1.45 }, count: 2 },
    ],
  });
  const text = ledgerText(answer);
  expect(text).toMatch(/3 charges of 1 run, delta 1e-7/);
  expect(text).toMatch(/budget: epsilon 9 by rdp, of which [\d.]+ is spent/);
});

it('does not count a charge that was cut off while it was written, and says so', () => {
  const path = ledgerWith([popularity]);
  const before = ledgerAnswer(path, { ledger: path });
  const line = readFileSync(path, 'utf8').split('\n')[1]!;
  appendFileSync(path, line.slice(0, 50));
  const after = ledgerAnswer(path, { ledger: path });
  expect(after).toEqual({ ...before, warnings: [expect.stringMatching(/cut off after 50 bytes.*not counted/)] });
});

it('has spent nothing where nothing was charged', () => {
  expect(ledgerAnswer(ledgerWith([]), {})).toMatchObject({ epsilon: 0, charges: 0, runs: [], warnings: [] });
});

it('warns where sampled releases of several runs are added up', () => {
  const path = join(temporaryFolder(), 'ledger.jsonl');
  const ledger = new FileLedger(path, { ...TERMS, adjacency: 'add-remove', budget: null });
  const mechanism: Mechanism = { type: 'poisson-sampled', samplingRate: 0.05, mechanism: gram };
  ledger.charge({ run: 'spring', round: 0, phase: 'sum', mechanism });
  expect(ledgerAnswer(path, {}).warnings).toEqual([]);
  ledger.charge({ run: 'summer', round: 0, phase: 'sum', mechanism });
  expect(ledgerAnswer(path, {}).warnings).toEqual([expect.stringMatching(/several runs.*after seeing/)]);
});

it('names the line that was changed', () => {
  const path = ledgerWith([popularity, gram, gram]);
  writeFileSync(path, readFileSync(path, 'utf8').replace('"noiseMultiplier":7.3', '"noiseMultiplier":73'));
  expect(() => ledgerAnswer(path, {})).toThrow(
    expect.objectContaining({ code: 'ledger', message: expect.stringMatching(/[Ll]ine 3/) }),
  );
});

it('refuses settings beside a ledger, and says that a missing one is missing', () => {
  const path = ledgerWith([popularity]);
  expect(() => ledgerAnswer(path, { ledger: path, json: true, delta: 1e-3 })).toThrow(/Leave --delta out/);
  expect(() => ledgerAnswer(`${path}.lost`, {})).toThrow(/The ledger .*lost cannot be read/);
});
