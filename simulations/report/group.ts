/** The values by key, in the order in which keys and values come. */
export function groupBy<T, Key>(values: Iterable<T>, keyOf: (value: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

/** Each value once, in the order of the first. */
export function distinct<T>(values: Iterable<T>): T[] {
  return Array.from(new Set(values));
}
