import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';

/**
 * Runs a suite on a real data set where it is found under LARDER_DATA (see "Real data" in the README), and says so
 * where it is not. LARDER_REQUIRE lists what must not be skipped (CI sets it): then a missing one is a failure.
 */
export function describeWithData(file: string, name: string, suite: (path: string) => void): void {
  const path = join(process.env.LARDER_DATA ?? 'data', file);
  describeIf(existsSync(path), 'data', `${name} [needs ${file} under LARDER_DATA]`, () => suite(path));
}

/** Runs a suite where what it `requires` is there; fails it where LARDER_REQUIRE asks for that all the same. */
export function describeIf(available: boolean, requires: string, name: string, suite: () => void): void {
  const required = (process.env.LARDER_REQUIRE ?? '').split(',').includes(requires);
  describe.skipIf(!available && !required)(name, suite);
}
