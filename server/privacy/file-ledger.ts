import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import { contentHash } from '../../shared/hash.ts';
import { ACCOUNTANTS } from '../../shared/privacy/accountants/account.ts';
import { toDpEvent } from '../../shared/privacy/dp-event.ts';
import { ADJACENCIES } from '../../shared/privacy/mechanism.ts';
import { admit, type Charge, type Ledger, LedgerError, type LedgerTerms } from './ledger.ts';
import { mechanismSchema } from './mechanism-schema.ts';

const termsSchema = z.strictObject({
  larder: z.literal('ledger'),
  version: z.literal(1),
  delta: z.number().positive().lt(1),
  adjacency: z.enum(ADJACENCIES),
  accountant: z.enum(ACCOUNTANTS),
  budget: z.strictObject({ epsilon: z.number().positive() }).nullable(),
});

const chargeSchema = z.strictObject({
  index: z.int().nonnegative(),
  run: z.string(),
  round: z.int().nonnegative(),
  phase: z.string(),
  mechanism: mechanismSchema,
  /** The mechanism as dp_accounting's DpEvent, for whoever recomputes the total with that library. */
  event: z.looseObject({}),
  /** When it was charged, ISO 8601. */
  at: z.string(),
  /** SHA-256 of the line before: nothing can be taken out or changed unseen. */
  previous: z.string(),
});

/** What the file of a ledger says. */
export interface LedgerFile {
  readonly terms: LedgerTerms;
  readonly charges: readonly Charge[];
  /**
   * Bytes up to the end of the last whole line. What follows was cut off while it was written, so what it would have
   * charged was never released.
   */
  readonly wholeBytes: number;
  readonly lastHash: string;
}

/** @throws LedgerError if the file is missing, or a line is damaged: the message names it. */
export function readLedger(path: string): LedgerFile {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new LedgerError(`The ledger ${path} cannot be read: ${(cause as Error).message}.`, { cause });
  }
  const wholeBytes = bytes.lastIndexOf(10) + 1;
  const lines = new TextDecoder().decode(bytes.subarray(0, wholeBytes)).split('\n').slice(0, -1);
  const [first, ...rest] = lines;
  if (first === undefined) throw new LedgerError(`The ledger ${path} has no whole line. Restore it from a copy.`);
  const { larder: _, version: __, ...terms } = parseLine(termsSchema, first, 1, path);
  let lastHash: string = hashOf(first);
  const charges = rest.map((line, index): Charge => {
    const { run, round, phase, mechanism, previous, ...entry } = parseLine(chargeSchema, line, index + 2, path);
    if (entry.index !== index || previous !== lastHash) {
      throw new LedgerError(`Line ${index + 2} of the ledger ${path} does not follow the one before. Restore a copy.`);
    }
    lastHash = hashOf(line);
    return { run, round, phase, mechanism };
  });
  return { terms, charges, wholeBytes, lastHash };
}

/**
 * A ledger in a file of JSON lines: the terms, then a charge a line. A charge is on the disk (fsync) when `charge`
 * returns; a line that a crash cut off is removed when the file is opened again. One process at a time.
 */
export class FileLedger implements Ledger {
  readonly terms: LedgerTerms;
  readonly #path: string;
  readonly #charges: Charge[];
  #lastHash: string;

  /** @throws LedgerError if the file is damaged, or was made on other terms. */
  constructor(path: string, terms: LedgerTerms) {
    this.#path = path;
    this.terms = terms;
    if (!existsSync(path) || readFileSync(path).lastIndexOf(10) === -1) {
      const line = JSON.stringify({ larder: 'ledger', version: 1, ...termsOnly(terms) });
      mkdirSync(dirname(path), { recursive: true });
      replaceWith(path, line);
      this.#charges = [];
      this.#lastHash = hashOf(line);
      return;
    }
    const found = readLedger(path);
    if (JSON.stringify(termsOnly(found.terms)) !== JSON.stringify(termsOnly(terms))) {
      throw new LedgerError(
        `The ledger ${path} was made with ${JSON.stringify(found.terms)}. Use those settings, or another ledger.`,
      );
    }
    truncateSync(path, found.wholeBytes);
    this.#charges = [...found.charges];
    this.#lastHash = found.lastHash;
  }

  get charges(): readonly Charge[] {
    return this.#charges;
  }

  charge(charge: Charge): void {
    admit(this, charge);
    const { adjacency } = this.terms;
    const line = JSON.stringify({
      index: this.#charges.length,
      ...charge,
      event: toDpEvent(charge.mechanism, adjacency),
      at: new Date().toISOString(),
      previous: this.#lastHash,
    });
    append(this.#path, line);
    this.#charges.push(charge);
    this.#lastHash = hashOf(line);
  }
}

function hashOf(line: string): string {
  return contentHash(new TextEncoder().encode(line));
}

/** Whatever else the object holds, and in one order. */
function termsOnly({ delta, adjacency, accountant, budget }: LedgerTerms): LedgerTerms {
  return { delta, adjacency, accountant, budget };
}

function parseLine<Schema extends z.ZodType>(schema: Schema, line: string, number: number, path: string) {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    json = undefined;
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new LedgerError(`Line ${number} of the ledger ${path} is damaged. Restore the file from a copy.`);
}

function append(path: string, line: string): void {
  writeDurably(path, 'a', line);
}

/** A new file: its name is durable too. */
function replaceWith(path: string, line: string): void {
  writeDurably(path, 'w', line);
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function writeDurably(path: string, flag: 'a' | 'w', line: string): void {
  const file = openSync(path, flag);
  try {
    const bytes = new TextEncoder().encode(`${line}\n`);
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
