import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { describeIf } from './data.ts';

/** Where Chromium is: LARDER_CHROMIUM, else where Debian puts it. */
const EXECUTABLE = process.env.LARDER_CHROMIUM ?? '/usr/bin/chromium';

/** No sandbox, because containers run as root; nothing that reaches out by itself. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Runs a suite where Chromium is installed, and says so where it is not (LARDER_REQUIRE=chromium: then it fails). */
export function describeInChromium(name: string, suite: () => void): void {
  describeIf(existsSync(EXECUTABLE), 'chromium', `${name} [needs Chromium, LARDER_CHROMIUM says where]`, suite);
}

export async function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, headless: true, args: ARGUMENTS });
}
