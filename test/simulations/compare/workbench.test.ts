import { expect, test } from 'vitest';
import { Workbench } from '../../../simulations/compare/workbench.ts';
import { simulateSettings } from '../../../simulations/simulate/settings.ts';
import { codeVersion } from '../../../simulations/version.ts';

const HOOKS = { signal: new AbortController().signal, progress: () => {}, notice: () => {} };

test('a process that was started after the program changed does no jobs of the study', async () => {
  const settings = simulateSettings({ data: 'synthetic:tiny', learner: 'popularity' });
  const bench = new Workbench(0);
  const facts = await bench.describe(settings, HOOKS);
  if (!('hash' in facts)) throw new Error(facts.message);
  const job = { kind: 'run', settings, measures: [], dataHash: facts.hash } as const;
  expect(await bench.run({ ...job, code: codeVersion() }, HOOKS)).toMatchObject({ status: 'done' });
  expect(await bench.run({ ...job, code: 'other' }, HOOKS)).toMatchObject({
    status: 'failed',
    error: { code: 'code_changed', message: expect.stringContaining('Start it again') },
  });
});
