import type { Noised } from './account-mechanisms.ts';
import { countText } from './table.ts';

/** A result, to the digits that accountants agree on. */
export function figureText(value: number | null): string {
  return value === null ? 'infinite' : value.toPrecision(5);
}

/** `1e-6`, and not 0.000001. */
export function deltaText(delta: number): string {
  return delta < 1e-3 ? delta.toExponential() : `${delta}`;
}

/** A setting as it was given, or as it was found. */
export function settingText(value: Noised['figures'][string]): string {
  if (typeof value === 'number') return Number.isInteger(value) ? countText(value) : `${Number(value.toPrecision(5))}`;
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'number' ? Number(inner.toPrecision(5)) : inner,
  );
}

/** `1 step`, `2,000 steps`. */
export function counted(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
}
