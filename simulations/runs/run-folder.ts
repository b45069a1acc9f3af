import { appendFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FileLedger } from '../../server/privacy/file-ledger.ts';
import type { LedgerTerms } from '../../server/privacy/ledger.ts';
import { LarderError } from '../../shared/errors.ts';
import type { Finding, RunSummary, ServeSummary, UnfinishedSummary } from './results.ts';
import { replaceFile } from './whole-file.ts';

/** A run folder cannot be made, or holds another run already. */
export class RunFolderError extends LarderError {
  readonly code = 'run_folder';
}

/**
 * What a run leaves behind: `config.json` (what was asked, written first), `rounds.jsonl` (a line a round, as it ends),
 * `ledger.jsonl` (what was charged, where there is noise), `catalogue.json`, `model.safetensors` (the newest model), `result.json` and `users.csv` (what was found, and every
 * rank behind it: the same whenever the run is repeated), and `summary.json`, whose `status` is `running` until the
 * run ends in whatever way. Files are replaced whole, so a killed process leaves the last complete version.
 */
export class RunFolder {
  readonly path: string;

  /** @throws RunFolderError if the folder exists and is not empty: runs are never overwritten. */
  constructor(path: string) {
    try {
      mkdirSync(path, { recursive: true });
      if (readdirSync(path).length === 0) {
        this.path = path;
        return;
      }
    } catch (cause) {
      throw new RunFolderError(
        `The run folder ${path} cannot be made: ${(cause as Error).message}. Choose another --out.`,
        { cause },
      );
    }
    throw new RunFolderError(`The run folder ${path} is not empty. Choose another --out; runs are never overwritten.`);
  }

  /** Where the ledger of this run belongs. */
  get ledger(): string {
    return join(this.path, 'ledger.jsonl');
  }

  openLedger(terms: LedgerTerms): FileLedger {
    return new FileLedger(this.ledger, terms);
  }

  /** Of a run that was evaluated: what it found, and the ranks that this is made from. */
  writeResult(finding: Finding, usersCsv: string): void {
    this.#replace('users.csv', usersCsv);
    this.#replace('result.json', `${JSON.stringify(finding, null, 2)}\n`);
  }

  writeConfig(config: object): void {
    this.#replace('config.json', `${JSON.stringify(config, null, 2)}\n`);
  }

  appendRound(record: object): void {
    appendFileSync(join(this.path, 'rounds.jsonl'), `${JSON.stringify(record)}\n`);
  }

  writeCatalogue(bytes: Uint8Array): void {
    this.#replace('catalogue.json', bytes);
  }

  writeModel(safetensors: Uint8Array): void {
    this.#replace('model.safetensors', safetensors);
  }

  writeSummary(summary: RunSummary | ServeSummary | UnfinishedSummary): void {
    this.#replace('summary.json', `${JSON.stringify(summary, null, 2)}\n`);
  }

  /** The summary of a run that an error ended. */
  writeFailure(run: string, error: unknown): void {
    const code = error instanceof LarderError ? error.code : 'internal';
    const message = error instanceof Error ? error.message : String(error);
    this.writeSummary({ run, status: 'failed', error: { code, message } });
  }

  #replace(name: string, content: string | Uint8Array): void {
    replaceFile(join(this.path, name), content);
  }
}
