import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DEVICE_LIMITS } from '../../../client/limits.ts';
import { GATEWAY_LIMITS } from '../../../server/gateway/options.ts';
import { type LimitTable, MESSAGE_LIMITS } from '../../../shared/protocol/limits.ts';
import { PROTOCOL_VERSION } from '../../../shared/protocol/messages.ts';
import { REFUSALS } from '../../../shared/protocol/refusals.ts';
import { COORDINATOR_EXAMPLES, DEVICE_EXAMPLES } from '../../shared/protocol/examples.ts';

const document = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
const lines = document.split('\n');

/** The row of a limit as it is written in the document. */
const rowsOf = (limits: LimitTable): string[] =>
  Object.entries(limits).map(
    ([name, { unit, default: value, reason }]) =>
      `| \`${name}\` | ${value.toLocaleString('en-US')} ${unit} | ${reason} |`,
  );

test('the document lists every limit as it is', () => {
  for (const limits of [MESSAGE_LIMITS, GATEWAY_LIMITS, DEVICE_LIMITS]) {
    for (const row of rowsOf(limits)) expect(lines).toContain(row);
  }
});

test('the document lists every refusal with its close status', () => {
  for (const [code, { status, message }] of Object.entries(REFUSALS)) {
    expect(lines).toContain(`| \`${code}\` | ${status} | ${message} |`);
  }
});

test('the document names the version and every message with its members', () => {
  expect(document).toContain(`version ${PROTOCOL_VERSION}`);
  for (const message of Object.values({ ...DEVICE_EXAMPLES, ...COORDINATOR_EXAMPLES })) {
    const { type, ...members } = message;
    const row = lines.find(line => line.startsWith(`| \`${type}\``));
    for (const member of Object.keys(members)) expect(row, type).toContain(`\`${member}\``);
  }
});
