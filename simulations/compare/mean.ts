/**
 * The means, number by number, over documents of one form, at least one: what is no number is that of the first.
 */
export function meanOf<Document extends object>(documents: readonly Document[]): Document {
  return mean(documents) as Document;
}

function mean(values: readonly unknown[]): unknown {
  const [first] = values;
  if (typeof first === 'number') return (values as number[]).reduce((sum, value) => sum + value, 0) / values.length;
  if (Array.isArray(first)) return first.map((_, at) => mean((values as unknown[][]).map(value => value[at])));
  if (typeof first !== 'object' || first === null) return first;
  const members = values as Record<string, unknown>[];
  return Object.fromEntries(Object.keys(first).map(name => [name, mean(members.map(member => member[name]))]));
}
