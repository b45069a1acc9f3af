import type { Noised } from './account-mechanisms.ts';
import { countText } from './table.ts';

const DIGITS = 5;

/** An epsilon, or noise that was found for one. Rounded up: what is read off is not below what holds. */
export function figureText(value: number | null): string {
  if (value === null) return 'infinite';
  const text = value.toPrecision(DIGITS);
  if (Number(text) >= value * (1 - Number.EPSILON) || value === 0) return text;
  const step = 10 ** (Math.floor(Math.log10(value)) - DIGITS + 1);
  return (Number(text) + step).toPrecision(DIGITS);
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
