import { LarderError } from '../../shared/errors.ts';

/** Exit status: 0 it worked, 1 it failed, 2 it was asked wrongly, 130 it was interrupted. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Codes of errors that the person at the keyboard can mend by asking otherwise. */
const USAGE_CODES = new Set(['settings', 'run_folder']);

/** Prints a sentence for an expected error, a stack for a bug, and gives the exit status. */
export function reportError(error: unknown): number {
  if (error instanceof LarderError) {
    process.stderr.write(`larder: ${error.message}\n`);
    return USAGE_CODES.has(error.code) ? EXIT.usage : EXIT.failed;
  }
  process.stderr.write(
    `larder: internal error, please report it\n${error instanceof Error ? error.stack : String(error)}\n`,
  );
  return EXIT.failed;
}

/** The one JSON document of `--json`. */
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}
