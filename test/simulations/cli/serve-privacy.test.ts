import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readLedger } from '../../../server/privacy/file-ledger.ts';
import { runCli, servingUrl, startCli, temporaryFolder } from '../../support/cli.ts';

interface Served {
  readonly status: string;
  readonly rounds: number;
  readonly privacy: { readonly epsilon: number; readonly ledgerEpsilon: number; readonly seededNoise: boolean };
}

/** Serves popularity to 20 devices and gives the summary, and what was said on the way. */
async function serve(folder: string, ...flags: readonly string[]): Promise<{ summary: Served; stderr: string }> {
  const common = ['--data', 'synthetic:tiny', '--learner', 'popularity', '--goal', '20', '--over-selection', '1'];
  const serving = startCli('serve', ...common, '--port', '0', '--linger', '30', '--json', '--out', folder, ...flags);
  const url = await servingUrl(serving);
  const device = await runCli('device', '--url', url, '--data', 'synthetic:tiny', '--first', '20', '--json');
  expect(device.status).toBe(0);
  serving.child.kill('SIGINT');
  const { stdout, stderr } = await serving.result;
  return { summary: JSON.parse(stdout) as Served, stderr };
}

test.each(['central', 'local'])(
  'a budget holds over runs on one ledger under %s trust',
  async trust => {
    const folder = temporaryFolder();
    const ledger = join(folder, 'shop', 'ledger.jsonl');
    const flags = [
      '--trust',
      trust,
      '--noise-multiplier',
      '4',
      '--ledger',
      ledger,
      '--budget',
      trust === 'local' ? '3' : '1.5',
    ];
    const first = await serve(join(folder, 'first'), ...flags);
    expect(first.summary).toMatchObject({ status: 'finished', rounds: 1, privacy: { seededNoise: false } });
    expect(first.summary.privacy.ledgerEpsilon).toBeCloseTo(first.summary.privacy.epsilon, 6);
    const second = await serve(join(folder, 'second'), ...flags);
    expect(second.summary).toMatchObject({ status: 'budget', rounds: 0 });
    expect(second.stderr).toMatch(/The next release would bring epsilon to/);
    // Refused before anybody was asked, and nothing more was charged.
    expect(second.stderr).not.toMatch(/asked/);
    expect(readLedger(ledger).charges).toHaveLength(1);
  },
  120_000,
);

test.each([
  [['--sampling', 'poisson', '--epsilon', '1'], /check in by themselves/],
  [['--budget', '1'], /nothing to keep a ledger of/],
])('refuses %s', async (flags, sentence) => {
  const common = ['--data', 'synthetic:tiny', '--learner', 'popularity', '--goal', '20', '--port', '0'];
  const { status, stderr } = await runCli('serve', ...common, '--out', join(temporaryFolder(), 'run'), ...flags);
  expect(stderr).toMatch(sentence);
  expect(status).toBe(2);
});
