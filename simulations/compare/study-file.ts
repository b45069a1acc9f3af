import { readFileSync } from 'node:fs';
import { parse, YAMLParseError } from 'yaml';
import { SettingsError } from '../../shared/errors.ts';

/**
 * What a study file holds, in YAML, of which JSON is a part.
 *
 * @throws SettingsError if there is no such file, or it is no YAML.
 */
export function readStudyFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SettingsError(`The study ${path} cannot be read: ${(cause as Error).message}. Mend the path.`, { cause });
  }
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof YAMLParseError)) throw cause;
    throw new SettingsError(`The study ${path} is neither YAML nor JSON: ${cause.message}`, { cause });
  }
}
