import type { Mechanism } from './mechanism.ts';

/** All of them as one mechanism, equal ones counted: accountants then take powers where they would have to multiply. */
export function compose(mechanisms: readonly Mechanism[]): Mechanism {
  const counts = new Map<string, { mechanism: Mechanism; count: number }>();
  for (const mechanism of mechanisms) {
    const key = JSON.stringify(mechanism);
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { mechanism, count: 1 });
    else known.count++;
  }
  const parts = Array.from(
    counts.values(),
    ({ mechanism, count }): Mechanism => (count === 1 ? mechanism : { type: 'repeated', mechanism, count }),
  );
  return parts.length === 1 ? parts[0]! : { type: 'composed', mechanisms: parts };
}
