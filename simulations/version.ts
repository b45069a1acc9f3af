import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The version of this package. */
export const version = (createRequire(import.meta.url)('larder/package.json') as { version: string }).version;

let code: string | undefined;

/**
 * Names the code that runs here: a hash of its files, 12 hex digits. Built and from source the same code has two names.
 * Results are compared only where it is the same.
 */
export function codeVersion(): string {
  code ??= hashOfCode();
  return code;
}

function hashOfCode(): string {
  const extension = extname(import.meta.url);
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const hash = createHash('sha256');
  for (const folder of ['shared', 'client', 'server', 'simulations']) {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith(extension) && !name.endsWith('.d.ts'))
      .sort();
    for (const name of names) hash.update(`${folder}/${name}\n`).update(readFileSync(join(root, folder, name)));
  }
  return hash.digest('hex').slice(0, 12);
}
