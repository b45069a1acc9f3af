import { DataError } from './data-error.ts';
import type { LoadReport } from './dataset.ts';

const EXAMPLES = 10;
const EXAMPLES_IN_ERROR = 3;

/** Counts what becomes of a file's rows. */
export class RowReport {
  rows = 0;
  readonly #setAside: Record<string, number> = {};
  readonly #examples: { line: number; reason: string }[] = [];
  #bad = 0;

  /** Counts a well-formed row that is no purchase. */
  setAside(reason: string): void {
    this.#setAside[reason] = (this.#setAside[reason] ?? 0) + 1;
  }

  /** Counts a malformed row. */
  bad(line: number, reason: string): void {
    this.#bad++;
    if (this.#examples.length < EXAMPLES) this.#examples.push({ line, reason });
  }

  /** @throws DataError if more than the share `maxBadShare` of the rows is malformed. */
  finish(file: string, maxBadShare: number): LoadReport {
    if (this.#bad > maxBadShare * this.rows) {
      const examples = this.#examples.slice(0, EXAMPLES_IN_ERROR).map(({ line, reason }) => `line ${line}: ${reason}`);
      throw new DataError(
        `${file}: ${this.#bad} of ${this.rows} rows are malformed, more than ${percent(maxBadShare)}:\n` +
          `  ${examples.join('\n  ')}\n` +
          `Correct them, or leave them out by allowing a larger share (--max-bad-share ${shareFor(this.#bad / this.rows)}).`,
      );
    }
    return { rows: this.rows, setAside: this.#setAside, bad: { count: this.#bad, examples: this.#examples } };
  }
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

/** The share rounded up to two decimals. */
function shareFor(share: number): number {
  return Math.ceil(share * 100) / 100;
}
