import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tsImport } from 'tsx/esm/api';
import { SettingsError } from '../../shared/errors.ts';
import { contentHash } from '../../shared/hash.ts';
import type { LearnerDefinition } from '../../shared/learners/learner.ts';
import { type Tf, tfjsLearner } from '../../shared/learners/tfjs/index.ts';

/** So many digits of the hash tell versions of a file apart. */
const VERSION_DIGITS = 8;

/**
 * The learner that a TypeScript or JavaScript file exports by default, named `name@version` by what the file holds.
 *
 * @throws SettingsError if there is no such file, it cannot be run, or it exports no learner.
 */
export async function loadLearnerFile(path: string, tf: Tf): Promise<LearnerDefinition<unknown>> {
  const definition = await defaultExport(path);
  try {
    return tfjsLearner(tf, definition, versionOf(path));
  } catch (cause) {
    if (!(cause instanceof SettingsError)) throw cause;
    throw new SettingsError(`${path}: ${cause.message}`, { cause });
  }
}

/** Line ends do not count: version control changes them. */
function versionOf(path: string): string {
  const text = readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
  return contentHash(new TextEncoder().encode(text)).slice(0, VERSION_DIGITS);
}

type Exports = Readonly<Record<'default', unknown>>;

async function defaultExport(path: string): Promise<unknown> {
  let module: Exports;
  try {
    readFileSync(path);
    module = (await tsImport(pathToFileURL(resolve(path)).href, import.meta.url)) as Exports;
  } catch (cause) {
    throw new SettingsError(`The learner file ${path} cannot be loaded: ${(cause as Error).message}`, { cause });
  }
  // Where the nearest package.json does not say "type": "module", the file becomes a CommonJS module in a wrapper.
  const inner = module.default as Partial<Exports> | undefined;
  const exported = inner !== undefined && Object.hasOwn(inner, '__esModule') ? inner.default : inner;
  if (exported !== undefined) return exported;
  throw new SettingsError(
    `The learner file ${path} has no default export. Begin it with: export default defineTfjsLearner({ … }).`,
  );
}
