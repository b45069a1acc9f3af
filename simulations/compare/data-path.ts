import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { DataError } from '../data/index.ts';

/**
 * The specification with the path where the file is: as it stands, seen from the working directory; else inside the
 * folder that LARDER_DATA names, or `data`. So a study names files that each machine keeps where it likes.
 *
 * @throws DataError that says where it was looked for.
 */
export function locateData(spec: string, folder = process.env.LARDER_DATA ?? 'data'): string {
  const at = spec.indexOf(':');
  const [kind, path] = [spec.slice(0, at), spec.slice(at + 1)];
  if (at < 0 || kind === 'synthetic' || path === '' || existsSync(path)) return spec;
  const inFolder = join(folder, path);
  if (isAbsolute(path)) throw new DataError(`There is no file ${path}. Mend the path in "${spec}".`);
  if (existsSync(inFolder)) return `${kind}:${inFolder}`;
  throw new DataError(
    `There is no file ${path} here, nor ${inFolder}. Name in LARDER_DATA the folder that has it, or mend the path in "${spec}".`,
  );
}
