import { InvalidArgumentError } from 'commander';

/** Parses of option values; each refuses with the sentence that commander prints. */

export function integer(text: string): number {
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Give a number.');
  return value;
}

/** A whole number, or `all`. */
export function cohort(text: string): number | 'all' {
  return text === 'all' ? text : integer(text);
}

/** `--baselines popularity,ease`; `none` is the empty list. */
export function list(text: string): string[] {
  return text === 'none' ? [] : text.split(',').map(part => part.trim());
}

/** Collects a repeatable text that may hold commas. */
export function repeated(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}

/** `--seeds 1,2,3`. */
export function integers(text: string): number[] {
  return list(text).map(integer);
}

/** Collects a repeatable `name=value`; numbers and booleans become such. */
export function setting(text: string, before: Record<string, unknown> = {}): Record<string, unknown> {
  const { name, value } = assignment(text);
  return { ...before, [name]: parsed(value) };
}

/** `--epsilon 1,2,none`. */
export function values(text: string): (string | number | boolean)[] {
  return text.split(',').map(part => parsed(part.trim()));
}

/** Collects a repeatable `name=value,value`. */
export function varied(text: string, before: Record<string, unknown[]> = {}): Record<string, unknown[]> {
  const { name, value } = assignment(text);
  return { ...before, [name]: values(value) };
}

function parsed(value: string): string | number | boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  return value !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
}

/** Collects a repeatable `name=value` of numbers. */
export function limit(text: string, before: Record<string, number> = {}): Record<string, number> {
  const { name, value } = assignment(text);
  return { ...before, [name]: number(value) };
}

/** Collects a repeatable `name=value` of texts. */
export function textSetting(text: string, before: Record<string, string> = {}): Record<string, string> {
  const { name, value } = assignment(text);
  return { ...before, [name]: value };
}

function assignment(text: string): { name: string; value: string } {
  const at = text.indexOf('=');
  if (at <= 0 || at === text.length - 1) throw new InvalidArgumentError('Write it as name=value.');
  return { name: text.slice(0, at), value: text.slice(at + 1) };
}
