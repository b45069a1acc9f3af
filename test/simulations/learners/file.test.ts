import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SettingsError } from '../../../shared/errors.ts';
import { loadTfjs } from '../../../simulations/learners/backend.ts';
import { chooseLearner } from '../../../simulations/learners/choose.ts';
import { loadLearnerFile } from '../../../simulations/learners/file.ts';
import { temporaryFolder } from '../../support/cli.ts';

const { tf } = await loadTfjs(['cpu']);

/** Needs nothing but itself: what defineTfjsLearner returns is the object that it was given. */
const SOUND = `
  type Shape = readonly number[];
  const shape: Shape = [1];
  export default {
    name: 'mine',
    options: {},
    create: (tf: any) => ({ personal: {}, global: { w: { shape } }, loss: (v: any) => tf.sum(v.w), scores: (v: any) => v.w }),
  };`;

function file(text: string, name = 'my-model.ts'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
}

describe('a learner file', () => {
  it('gives a learner that is named after what it holds', async () => {
    const first = await loadLearnerFile(file(SOUND), tf);
    const same = await loadLearnerFile(file(SOUND.replaceAll('\n', '\r\n'), 'copy.ts'), tf);
    const other = await loadLearnerFile(file(`${SOUND}\n// Changed.`), tf);
    expect(first.name).toMatch(/^mine@[0-9a-f]{8}$/);
    expect(same.name).toBe(first.name);
    expect(other.name).toMatch(/^mine@[0-9a-f]{8}$/);
    expect(other.name).not.toBe(first.name);
  });

  it.each([
    ['commonjs', 'my-model.ts'],
    ['module', 'my-model.ts'],
    ['commonjs', 'my-model.mts'],
  ])('may be in a package of type %s, as %s', async (type, name) => {
    const path = file(SOUND, name);
    writeFileSync(join(path, '..', 'package.json'), JSON.stringify({ type }));
    expect((await loadLearnerFile(path, tf)).name).toMatch(/^mine@/);
  });

  it('may import files beside it', async () => {
    const path = file(`import { learner } from './lib/learner.ts';\nexport default learner;`);
    mkdirSync(join(path, '..', 'lib'));
    writeFileSync(join(path, '..', 'lib', 'learner.ts'), SOUND.replace('export default', 'export const learner ='));
    expect((await loadLearnerFile(path, tf)).name).toMatch(/^mine@/);
  });

  it.each([
    ['no file', undefined, /nowhere\.ts cannot be loaded.*no such file/],
    ['no TypeScript', 'export default {', /cannot be loaded/],
    ['an error when it is run', 'throw new Error("too early");', /cannot be loaded: too early/],
    [
      'an import of what is not there',
      "import 'no-such-package';\nexport default 1;",
      /cannot be loaded.*no-such-package/,
    ],
    ['no default export', 'export const learner = 1;', /no default export.*defineTfjsLearner/],
    ['a default export of another form', 'export default { name: "x" };', /no learner.*options.*create/s],
  ])('is refused with a sentence: %s', async (_, text, message) => {
    const path = text === undefined ? '/nowhere.ts' : file(text);
    await expect(loadLearnerFile(path, tf)).rejects.toThrow(message);
    await expect(loadLearnerFile(path, tf)).rejects.toThrow(SettingsError);
  });
});

describe('--learner', () => {
  it('is a name, or a file where it looks like one; the backend that runs is said', async () => {
    const notices: string[] = [];
    const notice = (sentence: string): void => void notices.push(sentence);
    expect(await chooseLearner({ learner: 'mf' }, notice)).toMatchObject({ name: 'mf' });
    expect(notices).toEqual([]);
    const path = file(SOUND);
    const chosen = await chooseLearner({ learner: path, backend: 'cpu' }, notice);
    expect(chosen.file).toEqual({ path, backend: 'cpu' });
    expect(chosen.learners.get(chosen.name)).toBe(chosen.definition);
    expect([...chosen.learners.keys()]).toContain('mf');
    expect(notices).toEqual([expect.stringMatching(/mine@[0-9a-f]{8} .*on the cpu backend of tfjs/)]);
  });
});
