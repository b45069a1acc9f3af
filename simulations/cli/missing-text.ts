import type { Missing } from '../compare/comparison.ts';

/** Of points that miss for one reason. */
const MOST_NAMED = 4;

const REASONS = {
  data: 'without data',
  impossible: 'cannot be',
  failed: 'failed',
  unfinished: 'not done',
} as const;

/** Points that miss for the same reason stand together. */
export function missingText(missing: readonly Missing[]): string[] {
  const groups = new Map<string, Missing[]>();
  for (const one of missing) {
    const key = JSON.stringify([one.data, one.reason, one.error]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return Array.from(groups.values(), ones => {
    const { data, reason, error } = ones[0]!;
    const names = ones.slice(0, MOST_NAMED).map(({ name, seeds }) => `${name} (seed ${seeds.join(', ')})`);
    const more = ones.length > MOST_NAMED ? [`and ${ones.length - MOST_NAMED} more`] : [];
    const what = reason === 'data' ? `${ones.length} points` : [...names, ...more].join('; ');
    return `${REASONS[reason]}: ${data}: ${what}${error ? `: ${error.message}` : ''}`;
  });
}
