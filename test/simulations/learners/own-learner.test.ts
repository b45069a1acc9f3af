import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createDevice, type DeviceEvent, MemoryStore } from '../../../client/node.ts';
import { contentHash } from '../../../shared/hash.ts';
import { learnerDefinitionsWith } from '../../../shared/learners/index.ts';
import type { DevicePurpose } from '../../../shared/random/device.ts';
import { deviceRandom } from '../../../shared/random/device.ts';
import { encodeSafetensors } from '../../../shared/safetensors.ts';
import { loadTfjs } from '../../../simulations/learners/backend.ts';
import { loadLearnerFile } from '../../../simulations/learners/file.ts';
import type { RunSummary } from '../../../simulations/runs/results.ts';
import { SEED, serve, shoppers, trainedInOneLoop } from '../../client/support/training.ts';
import { readJson, runCli, temporaryFolder } from '../../support/cli.ts';

const SEQUENCE = fileURLToPath(new URL('../../../simulations/examples/sequence.ts', import.meta.url));
const NEUMF = fileURLToPath(new URL('../../../simulations/examples/neumf.ts', import.meta.url));

const { tf } = await loadTfjs(['wasm']);

test('an app that was given the learner takes part: the model is that of one loop without a network', async () => {
  const definition = await loadLearnerFile(SEQUENCE, tf);
  const serving = await serve(definition.name, { rounds: 2 }, {}, learnerDefinitionsWith([definition]));
  const devices = Array.from(shoppers, ([id, purchases]) => {
    const randomFor = (round: number, purpose: DevicePurpose) => deviceRandom(SEED, round, id, purpose);
    const device = createDevice({ url: serving.url, id, store: new MemoryStore(), randomFor, learners: [definition] });
    return { device, purchases };
  });
  for (const { device, purchases } of devices) {
    await device.record(...purchases);
    await device.start();
  }
  await Promise.all(devices.map(({ device }) => device.finished()));
  const { published } = await serving.coordinator.finished;
  expect(published.hash).toBe(contentHash(encodeSafetensors(trainedInOneLoop(serving.learner))));
  expect(await devices[0]!.device.recommend(3)).toHaveLength(3);
  await serving.close();
});

test('a device without the learner declines, and says which one it lacks', async () => {
  const definition = await loadLearnerFile(SEQUENCE, tf);
  const serving = await serve(definition.name, { rounds: 2 }, { goal: 1 }, learnerDefinitionsWith([definition]));
  const declined = await new Promise<DeviceEvent[]>((resolve, reject) => {
    const events: DeviceEvent[] = [];
    const device = createDevice({
      url: serving.url,
      store: new MemoryStore(),
      onEvent: event => {
        events.push(event);
        if (event.type === 'declined') void device.stop().then(() => resolve(events), reject);
      },
    });
    device.start().catch(reject);
  });
  await serving.close();
  const messages = declined.flatMap(event => (event.type === 'error' ? [event.error.message] : []));
  expect(messages[0]).toMatch(/no learner "sequence@[0-9a-f]{8}".*popularity, mf.*load the file/);
});

test('simulate --learner FILE: the same model in memory and over sockets, and pooled is left out with a notice', async () => {
  const run = async (...parameters: readonly string[]) => {
    const folder = join(temporaryFolder(), 'run');
    const data = ['--data', 'synthetic:tiny', '--json', '--out', folder];
    const learner = ['--learner', NEUMF, '--backend', 'wasm', '--rounds', '1'];
    const options = ['dimension=4', 'localEpochs=1', 'personaliseEpochs=1'].flatMap(option => ['--set', option]);
    const { status, stdout, stderr } = await runCli('simulate', ...data, ...learner, ...options, ...parameters);
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    return { summary: JSON.parse(stdout) as RunSummary, stderr, folder };
  };
  const [memory, sockets] = await Promise.all([
    run('--baselines', 'popularity,pooled'),
    run('--baselines', 'none', '--transport', 'websocket', '--processes', '2'),
  ]);
  expect(memory.stderr).toMatch(/neumf@[0-9a-f]{8} .*on the wasm backend/);
  expect(memory.stderr).toMatch(/"pooled" is left out/);
  expect(Object.keys(memory.summary.baselines)).toEqual(['popularity']);
  expect(memory.summary.learnerOptions).toMatchObject({ dimension: 4, rounds: 1, negatives: 4 });
  expect(readJson(memory.folder, 'config.json')).toMatchObject({
    settings: { learner: memory.summary.learner, learnerFile: { path: NEUMF, backend: 'wasm' } },
  });
  expect(sockets.summary.learner).toBe(memory.summary.learner);
  expect(sockets.summary.modelHash).toBe(memory.summary.modelHash);
  expect(sockets.summary.metrics).toEqual(memory.summary.metrics);
});

test.each([
  ['a file that is not there', [], /nowhere\.ts cannot be loaded/],
  ['an option that neither the model nor training has', ['--set', 'depth=3'], /depth/],
  ['a backend that there is not', ['--backend', 'gpu'], /tensorflow, wasm, cpu/],
])('%s is refused with status 2', async (what, parameters, message) => {
  const learner = what === 'a file that is not there' ? '/nowhere.ts' : SEQUENCE;
  const { status, stderr } = await runCli('simulate', '--learner', learner, '--data', 'synthetic:tiny', ...parameters);
  expect(stderr).toMatch(message);
  expect(stderr).not.toContain('    at ');
  expect(status).toBe(2);
});

test('a loss that is not a number ends the run with a sentence that says so', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'broken.ts');
  writeFileSync(
    path,
    `export default {
      name: 'broken',
      options: {},
      create: (tf: any, _: object, { size }: { size: number }) => ({
        personal: {},
        global: { w: { shape: [size] } },
        loss: (v: any) => tf.mean(tf.log(tf.sub(v.w, 1))),
        scores: (v: any) => v.w,
      }),
    };`,
  );
  const parameters = ['--learner', path, '--backend', 'wasm', '--data', 'synthetic:tiny'];
  const { status, stderr } = await runCli('simulate', ...parameters, '--out', join(folder, 'run'));
  expect(stderr).toMatch(/loss of learner "broken@[0-9a-f]{8}".*not finite/);
  expect(status).toBe(1);
});
