import { DataError } from './data-error.ts';
import type { Row } from './row.ts';

/** Header names, best first, under which each role's column is known: compared without case, blanks and punctuation. */
export type Aliases<Role extends string> = Readonly<Record<Role, readonly string[]>>;

/**
 * Finds each role's column in a header: where `mapping` names it, else by its aliases.
 * @throws DataError if a mapped name is not in the header, or the mapping names a role that there is not.
 */
export function findColumns<Role extends string>(
  header: readonly string[],
  aliases: Aliases<Role>,
  mapping: Readonly<Partial<Record<Role, string>>>,
): Partial<Record<Role, number>> {
  for (const role of Object.keys(mapping)) {
    if (!Object.hasOwn(aliases, role))
      throw new DataError(`No column can hold "${role}". Give one of ${Object.keys(aliases).join(', ')}.`);
  }
  const plain = header.map(plainName);
  const found: Partial<Record<Role, number>> = {};
  for (const role of Object.keys(aliases) as Role[]) {
    const mapped = mapping[role];
    const column =
      mapped === undefined
        ? (aliases[role].map(alias => plain.indexOf(alias)).find(index => index >= 0) ?? -1)
        : header.findIndex(name => name.trim() === mapped);
    if (column >= 0) found[role] = column;
    else if (mapped !== undefined)
      throw new DataError(`There is no column "${mapped}" for ${role}; the header names ${listed(header)}.`);
  }
  return found;
}

/** The fields of a header row. */
export function headerOf(row: Row): string[] {
  return Array.from({ length: row.count }, (_, field) => row.text(field));
}

export function listed(names: readonly string[]): string {
  return names.map(name => `"${name.trim()}"`).join(', ');
}

function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
