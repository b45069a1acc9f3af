import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli, temporaryFolder } from '../../support/cli.ts';
import { inventStudy } from '../../support/study-folder.ts';

test('larder report writes into the study, and prints what is there and what is not', async () => {
  const folder = inventStudy(temporaryFolder(), [{ learner: 'ease', hits: 0.2, privacy: { epsilon: 2 } }]);
  const { status, stdout, stderr } = await runCli('report', folder, '--json');
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const printed = JSON.parse(stdout) as Record<string, unknown>;
  expect(printed).toMatchObject({ out: join(folder, 'report', 'index.html'), missing: [] });
  expect(printed.figures).toContainEqual({ id: 'quality-epsilon', title: expect.stringContaining('epsilon') });
});

test('a folder of something else is wrong use', async () => {
  const { status, stdout, stderr } = await runCli('report', temporaryFolder());
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^larder: .* holds neither study\.json nor config\.json\. Name what .* wrote\.\n$/);
});
