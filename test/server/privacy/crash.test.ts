import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { readLedger } from '../../../server/privacy/file-ledger.ts';
import { temporaryFolder } from '../../support/cli.ts';

const run = promisify(execFile);

/** How many of the killed runs are started again; all would only take longer. */
const GOES_ON_EVERY = 4;

/** Resolves with what the child printed; undefined if it was killed. */
async function child(script: string, folder: string, killAt: number): Promise<string | undefined> {
  mkdirSync(folder, { recursive: true });
  try {
    return (await run(process.execPath, [script, folder, String(killAt)])).stdout;
  } catch (error) {
    expect(error).toMatchObject({ signal: 'SIGKILL' });
    return undefined;
  }
}

function releasedAndCharged(folder: string): { released: number; charged: number } {
  const released = join(folder, 'released');
  const path = join(folder, 'ledger.jsonl');
  const whole = existsSync(path) && readFileSync(path).includes(10);
  return {
    released: existsSync(released) ? readFileSync(released).length : 0,
    charged: whole ? readLedger(path).charges.length : 0,
  };
}

test('killed at any step, the ledger holds at least what was released, and goes on from there', async () => {
  const folder = temporaryFolder();
  const script = join(folder, 'child.mjs');
  const entryPoints = [join(import.meta.dirname, 'crash-child.ts')];
  await build({ entryPoints, outfile: script, bundle: true, platform: 'node', format: 'esm', target: 'node20' });
  const steps = Number(await child(script, join(folder, 'whole'), 0));
  expect(releasedAndCharged(join(folder, 'whole'))).toEqual({ released: 2, charged: 2 });
  expect(steps).toBeGreaterThan(30);

  const seen = new Set<string>();
  let next = 1;
  const worker = async (): Promise<void> => {
    for (let killAt = next++; killAt <= steps; killAt = next++) {
      const place = join(folder, String(killAt));
      expect(await child(script, place, killAt)).toBeUndefined();
      const { released, charged } = releasedAndCharged(place);
      expect(charged, `killed at step ${killAt} of ${steps}`).toBeGreaterThanOrEqual(released);
      seen.add(`${released} released, ${charged} charged`);
      if (killAt % GOES_ON_EVERY !== 0) continue;
      await child(script, place, 0);
      expect(releasedAndCharged(place)).toEqual({ released: released + 2, charged: charged + 2 });
    }
  };
  await Promise.all([worker(), worker(), worker()]);
  // All the states that charging before releasing allows were met.
  expect([...seen].toSorted()).toEqual([
    '0 released, 0 charged',
    '0 released, 1 charged',
    '1 released, 1 charged',
    '1 released, 2 charged',
    '2 released, 2 charged',
  ]);
}, 180_000);
