import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, test } from 'vitest';
import { SettingsError } from '../../../shared/errors.ts';
import { checkFrame } from '../../../shared/protocol/frame-guard.ts';
import { DEFAULT_MESSAGE_LIMITS, MESSAGE_LIMITS, withDefaults } from '../../../shared/protocol/limits.ts';

const check = (bytes: readonly number[] | Uint8Array): void =>
  checkFrame(Uint8Array.from(bytes), DEFAULT_MESSAGE_LIMITS);

/** `depth` arrays inside each other, the innermost empty. */
const nested = (depth: number): number[] => [...new Array<number>(depth - 1).fill(0x91), 0x90];

describe('a frame', () => {
  test('of plain values passes, whatever they are', () => {
    const packr = new Packr({ useRecords: false });
    const value = fc.oneof(fc.jsonValue({ maxDepth: 5 }), fc.uint8Array(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
    fc.assert(
      fc.property(value, plain => check(packr.pack(plain))),
      { numRuns: 500 },
    );
  });

  test.each([
    ['nil', [0xc0]],
    ['a float of 32 bits', [0xca, 1, 2, 3, 4]],
    ['a float of 64 bits', [0xcb, 1, 2, 3, 4, 5, 6, 7, 8]],
    ['unsigned integers', [0x94, 0xcc, 1, 0xcd, 1, 2, 0xce, 1, 2, 3, 4, 0xcf, 1, 2, 3, 4, 5, 6, 7, 8]],
    ['signed integers', [0x94, 0xd0, 1, 0xd1, 1, 2, 0xd2, 1, 2, 3, 4, 0xd3, 1, 2, 3, 4, 5, 6, 7, 8]],
    ['strings', [0x94, 0xa1, 65, 0xd9, 1, 65, 0xda, 0, 1, 65, 0xdb, 0, 0, 0, 1, 65]],
    ['binaries', [0x93, 0xc4, 1, 65, 0xc5, 0, 1, 65, 0xc6, 0, 0, 0, 1, 65]],
    ['arrays', [0x92, 0xdc, 0, 1, 1, 0xdd, 0, 0, 0, 1, 1]],
    ['maps', [0x93, 0x81, 0xa1, 65, 1, 0xde, 0, 1, 0xd9, 1, 65, 1, 0xdf, 0, 0, 0, 1, 0xda, 0, 1, 65, 1]],
    ['as deep as allowed', nested(MESSAGE_LIMITS.maxDepth.default)],
  ])('passes with %s, and with no byte less or more', (_, bytes) => {
    check(bytes);
    expect(() => check(bytes.slice(0, -1))).toThrow(/ends|holds/);
    expect(() => check([...bytes, 0])).toThrow(/follow/);
  });

  test.each([
    ['no bytes', [], /ends/],
    ['2^32 - 1 claimed elements', [0xdd, 0xff, 0xff, 0xff, 0xff], /ends/],
    ['2^32 - 1 claimed pairs', [0xdf, 0xff, 0xff, 0xff, 0xff], /ends/],
    ['4 GB of claimed text', [0xdb, 0xff, 0xff, 0xff, 0xff], /over 4096/],
    ['4 GB of claimed bytes', [0xc6, 0xff, 0xff, 0xff, 0xff], /ends/],
    ['a key that is a number', [0x81, 1, 1], /key/],
    ['a key that is a map', [0x81, 0x80, 1], /key/],
    ['the tag that is never used', [0xc1], /tag/],
    ['an extension', [0xd4, 0, 0], /tag/],
    ['a long extension', [0xc7, 1, 0, 0], /tag/],
    ['a record of msgpackr', [0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 1], /tag/],
    ['too deep nesting', nested(MESSAGE_LIMITS.maxDepth.default + 1), /deep/],
    ['very deep nesting', nested(1_000_000), /deep/],
    ['too many values', [0xdc, 0x10, 0x01, ...new Array<number>(4097).fill(0)], /more than 4096/],
  ])('does not pass with %s', (_, bytes, why) => {
    expect(() => check(bytes)).toThrow(why);
    expect(() => check(bytes)).toThrow(expect.objectContaining({ code: 'malformed' }));
  });

  test('of many small arrays counts all their values', () => {
    const row = [0xdc, 0, 100, ...new Array<number>(100).fill(0)];
    const rows = (count: number): number[] => [0xdc, 0, count, ...Array.from({ length: count }, () => row).flat()];
    check(rows(40));
    expect(() => check(rows(41))).toThrow(/values/);
  });
});

describe('limits', () => {
  test('are filled in, and kept as given', () => {
    expect(withDefaults(MESSAGE_LIMITS, { maxHolds: 3, maxDepth: undefined })).toEqual({
      ...DEFAULT_MESSAGE_LIMITS,
      maxHolds: 3,
    });
  });

  test.each([{ maxHolds: 0 }, { maxHolds: -1 }, { maxHolds: 1.5 }, { maxHolds: Number.NaN }, { maxHold: 1 }])(
    'refuse %s',
    overrides => {
      expect(() => withDefaults(MESSAGE_LIMITS, overrides)).toThrow(SettingsError);
    },
  );
});
