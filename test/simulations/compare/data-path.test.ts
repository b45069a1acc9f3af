import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { locateData } from '../../../simulations/compare/data-path.ts';
import { temporaryFolder } from '../../support/cli.ts';

it('finds files where they stand, else in the folder of data, and says where it looked', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'movies'));
  writeFileSync(join(folder, 'movies', 'a.csv'), '');
  const whole = join(folder, 'movies', 'a.csv');
  expect(locateData('csv:movies/a.csv', folder)).toBe(`csv:${whole}`);
  expect(locateData(`movielens:${whole}`, 'elsewhere')).toBe(`movielens:${whole}`);
  // Found from the working directory.
  expect(locateData('csv:package.json', folder)).toBe('csv:package.json');
  for (const spec of ['synthetic', 'synthetic:tiny', 'csv:', 'nonsense']) expect(locateData(spec, folder)).toBe(spec);
  expect(() => locateData('csv:movies/b.csv', folder)).toThrow(
    `There is no file movies/b.csv here, nor ${join(folder, 'movies', 'b.csv')}.`,
  );
  expect(() => locateData(`csv:${whole}.gz`, folder)).toThrow(/no file .*a.csv.gz\. Mend/);
});
