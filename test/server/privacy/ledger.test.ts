import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FileLedger, readLedger } from '../../../server/privacy/file-ledger.ts';
import {
  BudgetExhaustedError,
  type Charge,
  LedgerError,
  type LedgerTerms,
  MemoryLedger,
  spent,
} from '../../../server/privacy/ledger.ts';
import { epsilonOf } from '../../../shared/privacy/accountants/account.ts';
import type { Mechanism } from '../../../shared/privacy/mechanism.ts';
import { temporaryFolder } from '../../support/cli.ts';

const terms: LedgerTerms = { delta: 1e-6, adjacency: 'zero-out', accountant: 'exact', budget: null };
const gaussian = (noiseMultiplier: number): Mechanism => ({ type: 'gaussian', noiseMultiplier });
const charge = (mechanism: Mechanism, run = 'run', round = 1): Charge => ({ run, round, phase: 'sum', mechanism });

describe('a budget', () => {
  test('is spent to the last release that fits and no further', () => {
    const epsilon = epsilonOf({ type: 'repeated', mechanism: gaussian(3), count: 4 }, 1e-6, 'exact', 'zero-out');
    const ledger = new MemoryLedger({ ...terms, budget: { epsilon } });
    for (let round = 1; round <= 4; round++) ledger.charge(charge(gaussian(3), 'run', round));
    expect(spent(ledger)).toBeCloseTo(epsilon, 9);
    expect(() => ledger.charge(charge(gaussian(3)))).toThrow(BudgetExhaustedError);
    expect(() => ledger.charge(charge(gaussian(100)))).toThrow(/the budget is/);
    expect(ledger.charges).toHaveLength(4);
  });

  test('lets later runs choose Gaussian noise, but not sampled releases, after seeing earlier ones', () => {
    const sampled: Mechanism = { type: 'poisson-sampled', samplingRate: 0.1, mechanism: gaussian(2) };
    const budgeted = { ...terms, accountant: 'pld', budget: { epsilon: 50 } } as const;
    const adaptive = new MemoryLedger(budgeted);
    adaptive.charge(charge(gaussian(5), 'first'));
    adaptive.charge(charge(gaussian(7.3), 'second'));
    expect(() => adaptive.charge(charge(sampled, 'third'))).toThrow(LedgerError);
    const one = new MemoryLedger(budgeted);
    one.charge(charge(sampled, 'first', 1));
    one.charge(charge(sampled, 'first', 2));
    expect(() => one.charge(charge(sampled, 'second'))).toThrow(/a ledger of its own/);
  });
});

describe('a ledger in a file', () => {
  test('is there again when it is opened again', () => {
    const path = join(temporaryFolder(), 'deep', 'ledger.jsonl');
    const ledger = new FileLedger(path, terms);
    ledger.charge(charge(gaussian(3), 'a', 1));
    ledger.charge(charge(gaussian(4.5), 'b', 7));
    const again = new FileLedger(path, terms);
    expect(again.charges).toEqual(ledger.charges);
    again.charge(charge(gaussian(6), 'c', 2));
    expect(readLedger(path).charges.map(({ run }) => run)).toEqual(['a', 'b', 'c']);
  });

  test('reads what a private selection was charged as it was written', () => {
    const path = join(temporaryFolder(), 'ledger.jsonl');
    const ledger = new FileLedger(path, { ...terms, accountant: 'rdp' });
    for (const runs of [
      { type: 'negative-binomial', eta: -0.25, gamma: 0.1 },
      { type: 'poisson', mean: 4.5 },
    ] as const) {
      ledger.charge(charge({ type: 'private-selection', candidates: [gaussian(3), gaussian(4.5)], runs }));
    }
    expect(readLedger(path).charges).toEqual(ledger.charges);
    expect(spent(ledger)).toBeGreaterThan(0);
  });

  test('tells dp_accounting what it needs to add the charges up again', () => {
    const path = join(temporaryFolder(), 'ledger.jsonl');
    new FileLedger(path, terms).charge(charge(gaussian(3)));
    const [, line] = readFileSync(path, 'utf8').split('\n');
    expect(JSON.parse(line!).event).toMatchObject({ noise_multiplier: 3 });
  });

  test('a line that was cut off was never released: it is dropped, and the rest stays', () => {
    const path = join(temporaryFolder(), 'ledger.jsonl');
    new FileLedger(path, terms).charge(charge(gaussian(3)));
    const whole = readFileSync(path);
    appendFileSync(path, '{"index":1,"run":"ru');
    const again = new FileLedger(path, terms);
    expect(again.charges).toHaveLength(1);
    expect(readFileSync(path)).toEqual(whole);
  });

  test.each([
    [
      'a changed figure',
      (text: string) => text.replace('"noiseMultiplier":3', '"noiseMultiplier":9'),
      /Line 3 .* follow/,
    ],
    ['a line taken out', (text: string) => text.split('\n').toSpliced(1, 1).join('\n'), /Line 2 .* follow/],
    ['rubbish', (text: string) => `${text}rubbish\n`, /Line 4 .* damaged/],
    [
      'a mechanism that is none',
      (text: string) => text.replace('"type":"gaussian"', '"type":"magic"'),
      /Line 2 .* damaged/,
    ],
    ['another header', (text: string) => text.replace('"version":1', '"version":2'), /Line 1 .* damaged/],
  ])('refuses %s', (_, change, message) => {
    const path = join(temporaryFolder(), 'ledger.jsonl');
    const ledger = new FileLedger(path, terms);
    ledger.charge(charge(gaussian(3), 'a'));
    ledger.charge(charge(gaussian(3), 'b'));
    writeFileSync(path, change(readFileSync(path, 'utf8')));
    expect(() => new FileLedger(path, terms)).toThrow(message);
  });

  test('refuses other terms than it was made with, and a missing file', () => {
    const path = join(temporaryFolder(), 'ledger.jsonl');
    expect(new FileLedger(path, terms).charges).toEqual([]);
    expect(() => new FileLedger(path, { ...terms, delta: 1e-5 })).toThrow(LedgerError);
    expect(() => readLedger(`${path}.none`)).toThrow(/cannot be read/);
  });
});
