import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, test } from 'vitest';
import {
  decodeCoordinatorMessage,
  decodeDeviceMessage,
  encodeCoordinatorMessage,
  encodeDeviceMessage,
} from '../../../shared/protocol/codec.ts';
import { DEFAULT_MESSAGE_LIMITS, type MessageLimits } from '../../../shared/protocol/limits.ts';
import {
  CONTRIBUTION_OUTCOMES,
  type CoordinatorMessage,
  DECLINE_REASONS,
  type DeviceMessage,
  PROTOCOL_VERSION,
} from '../../../shared/protocol/messages.ts';
import { EncodingError, ProtocolError } from '../../../shared/protocol/protocol-error.ts';
import { bytesOfInt32, int32InPlace, swapBytesOf32 } from '../../../shared/protocol/tensor.ts';
import { COORDINATOR_EXAMPLES, DEVICE_EXAMPLES } from './examples.ts';

const FIXTURES = JSON.parse(readFileSync(new URL('../../fixtures/wire/v2.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, string>
>;

const bytesOfHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const hexOfBytes = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
/** Any MessagePack, right or wrong as a message. */
const pack = (value: unknown): Uint8Array => new Uint8Array(new Packr({ useRecords: false }).pack(value));

/** The code that the frame is refused with; fails for any other error. Undefined: it is a message. */
function refusalOf(decode: (frame: Uint8Array) => unknown, frame: Uint8Array): string | undefined {
  try {
    decode(frame);
    return undefined;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    expect(error.status).toBeGreaterThanOrEqual(4000);
    return error.code;
  }
}

const bothWays = [decodeDeviceMessage, decodeCoordinatorMessage] as const;

const hash = fc.stringMatching(/^[0-9a-f]{64}$/);
const round = fc.nat();
const vector = fc.array(fc.integer(), { minLength: 1, maxLength: 50 }).map(values => Int32Array.from(values));
const json = fc.dictionary(
  fc.string().filter(key => key !== '__proto__'),
  fc.jsonValue({ maxDepth: 2 }).map(value => normalise(value)),
  { maxKeys: 5 },
);

/** JSON values as they come back: the packer knows no -0, and a key called __proto__ is refused. */
function normalise(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll('__proto__', 'proto')) as unknown;
}

const deviceMessage: fc.Arbitrary<DeviceMessage> = fc.oneof(
  fc.record({
    type: fc.constant('hello' as const),
    protocol: fc.constant(PROTOCOL_VERSION),
    device: fc.stringMatching(/^[^\p{Cc}\ud800-\udfff]{1,128}$/u).filter(text => text.length <= 128),
    holds: fc.array(hash, { maxLength: 3 }),
  }),
  fc.record({ round, model: hash, vector }).map(({ round, model, vector }) => ({
    type: 'contribution' as const,
    round,
    model,
    dtype: 'int32' as const,
    shape: [vector.length] as const,
    data: bytesOfInt32(vector),
  })),
  fc.record({ type: fc.constant('decline' as const), round, reason: fc.constantFrom(...DECLINE_REASONS) }),
);

const coordinatorMessage: fc.Arbitrary<CoordinatorMessage> = fc.oneof(
  fc.record({
    type: fc.constant('welcome' as const),
    protocol: fc.constant(PROTOCOL_VERSION),
    run: fc.string({ minLength: 1 }),
    learner: fc.record({ name: fc.string({ minLength: 1 }), options: json }),
    catalogue: hash,
    pace: fc.record({ reconnectMinMs: fc.nat(), reconnectMaxMs: fc.nat() }),
  }),
  fc.record({
    type: fc.constant('blob' as const),
    kind: fc.constantFrom('catalogue' as const, 'model' as const),
    hash,
    data: fc.uint8Array(),
  }),
  fc.record({
    type: fc.constant('task' as const),
    round,
    model: hash,
    plan: fc.record({
      phase: fc.string(),
      length: fc.integer({ min: 1 }),
      clipNorm: fc.double({ min: Number.MIN_VALUE, noNaN: true, noDefaultInfinity: true }),
      parameters: fc.dictionary(
        fc.string().filter(key => key !== '__proto__'),
        fc.double({ noNaN: true, noDefaultInfinity: true }).filter(value => !Object.is(value, -0)),
      ),
    }),
    protection: fc.record({
      gridSteps: fc.integer({ min: 1, max: 2 ** 30 }),
      noiseSteps: fc.double({ min: 0, max: 1e9, noNaN: true }),
      clipFlagSteps: fc.integer({ min: 0, max: 2 ** 30 }),
      release: fc.nat(),
      minSeparation: fc.integer({ min: 1, max: 1000 }),
    }),
    timeLeftMs: fc.nat(),
  }),
  fc.record({ type: fc.constant('receipt' as const), round, outcome: fc.constantFrom(...CONTRIBUTION_OUTCOMES) }),
);

describe('frozen wire bytes', () => {
  test('cover every kind of message', () => {
    expect(Object.keys(FIXTURES)).toEqual([...Object.keys(DEVICE_EXAMPLES), ...Object.keys(COORDINATOR_EXAMPLES)]);
  });

  test.each(Object.entries(DEVICE_EXAMPLES))('%s, from a device', (type, message) => {
    expect(hexOfBytes(encodeDeviceMessage(message))).toBe(FIXTURES[type]);
    expect(decodeDeviceMessage(bytesOfHex(FIXTURES[type]!))).toEqual(message);
  });

  test.each(Object.entries(COORDINATOR_EXAMPLES))('%s, from a coordinator', (type, message) => {
    expect(hexOfBytes(encodeCoordinatorMessage(message))).toBe(FIXTURES[type]);
    expect(decodeCoordinatorMessage(bytesOfHex(FIXTURES[type]!))).toEqual(message);
  });
});

describe('encoding', () => {
  test('round trips every device message', () => {
    fc.assert(
      fc.property(deviceMessage, message => {
        expect(decodeDeviceMessage(encodeDeviceMessage(message))).toEqual(message);
      }),
    );
  });

  test('round trips every coordinator message', () => {
    fc.assert(
      fc.property(coordinatorMessage, message => {
        expect(decodeCoordinatorMessage(encodeCoordinatorMessage(message))).toEqual(message);
      }),
    );
  });

  test('gives contributions to a plan one length, whatever the values', () => {
    const frameLength = (values: Int32Array): number =>
      encodeDeviceMessage({ ...DEVICE_EXAMPLES.contribution, shape: [7], data: bytesOfInt32(values) } as DeviceMessage)
        .length;
    const zeros = frameLength(new Int32Array(7));
    fc.assert(
      fc.property(fc.int32Array({ minLength: 7, maxLength: 7 }), values => {
        expect(frameLength(values)).toBe(zeros);
      }),
    );
  });

  test.each([
    Float32Array.of(1.5),
    Int32Array.of(1),
    new Uint16Array(2),
    new Uint8ClampedArray(2),
    new BigInt64Array(1),
    new DataView(new ArrayBuffer(4)),
    new ArrayBuffer(4),
    new Map([['a', 1]]),
    new Date(0),
    1n,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    () => 1,
    [undefined],
    JSON.parse('{ "__proto__": 1 }') as unknown,
  ])('refuses what plain MessagePack cannot carry: %s', value => {
    const welcome = COORDINATOR_EXAMPLES.welcome as Extract<CoordinatorMessage, { type: 'welcome' }>;
    const message: CoordinatorMessage = { ...welcome, learner: { name: 'mf', options: { deep: { value } } } };
    expect(() => encodeCoordinatorMessage(message)).toThrow(EncodingError);
  });

  test('refuses typed arrays where bytes belong: the packer would send uninitialised memory', () => {
    const data = Float32Array.of(1.5, 2.25, 3) as unknown as Uint8Array;
    expect(() => encodeDeviceMessage({ ...DEVICE_EXAMPLES.contribution, data } as DeviceMessage)).toThrow(
      EncodingError,
    );
  });

  test('leaves undefined members out', () => {
    const refusal = { type: 'refusal', code: 'internal', message: 'Sorry.' } as const;
    const bytes = encodeCoordinatorMessage({ ...refusal, retryAfterMs: undefined });
    expect(bytes).toEqual(encodeCoordinatorMessage(refusal));
  });

  test('gives bytes that nothing else shares', () => {
    const bytes = encodeDeviceMessage(DEVICE_EXAMPLES.hello);
    expect(bytes.buffer.byteLength).toBe(bytes.length);
  });
});

describe('decoding', () => {
  test('survives garbage', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), frame => {
        for (const decode of bothWays) refusalOf(decode, frame);
      }),
      { numRuns: 2000 },
    );
  });

  test('refuses every truncation of a message', () => {
    for (const hex of Object.values(FIXTURES)) {
      const frame = bytesOfHex(hex);
      for (let length = 0; length < frame.length; length++) {
        for (const decode of bothWays) expect(refusalOf(decode, frame.subarray(0, length))).toBe('malformed');
      }
    }
  });

  test('survives changed bytes', () => {
    const frames = Object.values(FIXTURES).map(bytesOfHex);
    const change = fc.record({ at: fc.nat(), to: fc.nat({ max: 255 }) });
    fc.assert(
      fc.property(fc.constantFrom(...frames), fc.array(change, { minLength: 1, maxLength: 4 }), (frame, changes) => {
        const changed = frame.slice();
        for (const { at, to } of changes) changed[at % changed.length] = to;
        for (const decode of bothWays) refusalOf(decode, changed);
      }),
      { numRuns: 5000 },
    );
  });

  test('survives any MessagePack of another shape', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withTypedArray: true, withNullPrototype: true }), value => {
        const { type, ...members } = DEVICE_EXAMPLES.hello as unknown as Record<string, unknown>;
        for (const message of [value, { type, ...members, holds: value }, { type: value, ...members }]) {
          let frame: Uint8Array;
          try {
            frame = pack(message);
          } catch {
            return; // not everything can be packed
          }
          for (const decode of bothWays) refusalOf(decode, frame);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('refuses unknown members, unknown types and members of another type', () => {
    const malformed = [
      { ...DEVICE_EXAMPLES.hello, history: [1, 2, 3] },
      { ...DEVICE_EXAMPLES.decline, item: 'bread' },
      { ...DEVICE_EXAMPLES.contribution, rows: [1] },
      { ...DEVICE_EXAMPLES.decline, round: 1.5 },
      { ...DEVICE_EXAMPLES.decline, round: -1 },
      { ...DEVICE_EXAMPLES.decline, round: Number.NaN },
      { ...DEVICE_EXAMPLES.hello, device: '' },
      { ...DEVICE_EXAMPLES.hello, device: 'a\nb' },
      { ...DEVICE_EXAMPLES.hello, holds: ['abc'] },
      { ...DEVICE_EXAMPLES.hello, protocol: '1' },
      { type: 'interaction', item: 'bread', at: 1 },
      COORDINATOR_EXAMPLES.receipt,
      null,
      [],
      7,
    ];
    for (const message of malformed)
      expect(refusalOf(decodeDeviceMessage, pack(message)), JSON.stringify(message)).toBe('malformed');
  });

  test('refuses tensors whose header and data disagree', () => {
    const { contribution } = DEVICE_EXAMPLES;
    const malformed = [
      { ...contribution, dtype: 'float32' },
      { ...contribution, shape: [4] },
      { ...contribution, shape: [5, 1] },
      { ...contribution, shape: [] },
      { ...contribution, shape: [2.5, 2] },
      { ...contribution, shape: [-5] },
      { ...contribution, shape: [0], data: new Uint8Array() },
      { ...contribution, shape: 5 },
      { ...contribution, shape: [2 ** 53] },
      { ...contribution, data: new Uint8Array(19) },
      { ...contribution, data: [1, 2, 3] },
      { ...contribution, data: 'AAAAAAAAAAAAAAAAAAAA' },
      { ...contribution, model: 'latest' },
      { ...contribution, round: '3' },
    ];
    for (const message of malformed) expect(refusalOf(decodeDeviceMessage, pack(message))).toBe('malformed');
  });

  test('refuses another version, whatever else its messages hold', () => {
    const hello = { type: 'hello', protocol: PROTOCOL_VERSION + 1, name: 'shopper-17', attestation: new Uint8Array(3) };
    expect(refusalOf(decodeDeviceMessage, pack(hello))).toBe('unsupported_version');
    expect(refusalOf(decodeCoordinatorMessage, pack({ type: 'welcome', protocol: 0 }))).toBe('unsupported_version');
  });

  test('makes nothing of keys that mean something to JavaScript', () => {
    const options = JSON.parse(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1}',
    ) as Record<string, unknown>;
    const welcome = COORDINATOR_EXAMPLES.welcome as Extract<CoordinatorMessage, { type: 'welcome' }>;
    const frame = pack({ ...welcome, learner: { name: 'mf', options } });
    const decoded = decodeCoordinatorMessage(frame) as typeof welcome;
    expect(Object.getPrototypeOf(decoded.learner.options)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(decoded.learner.options.polluted).toBeUndefined();
    const hello = JSON.parse('{"__proto__":{"type":"hello"},"protocol":1,"device":"a","holds":[]}') as unknown;
    expect(refusalOf(decodeDeviceMessage, pack(hello))).toBe('malformed');
  });

  test('keeps to limits that are given', () => {
    const frame = encodeDeviceMessage(DEVICE_EXAMPLES.hello);
    const refusal = (limits: Partial<MessageLimits>): string | undefined =>
      refusalOf(bytes => decodeDeviceMessage(bytes, { ...DEFAULT_MESSAGE_LIMITS, ...limits }), frame);
    const { length } = 'shopper-17';
    expect(refusal({ maxDeviceIdLength: length, maxHolds: 1, maxFrameBytes: frame.length })).toBeUndefined();
    expect(refusal({ maxDeviceIdLength: length - 1 })).toBe('malformed');
    expect(refusal({ maxHolds: 0 })).toBe('malformed');
    expect(refusal({ maxFrameBytes: frame.length - 1 })).toBe('too_large');
    expect(refusal({ maxTextBytes: 63 })).toBe('malformed');
  });
});

describe('tensor data', () => {
  test('is read at any byte offset, by moving it over no more than 3 bytes before it', () => {
    fc.assert(
      fc.property(vector, fc.integer({ min: 3, max: 11 }), (values, offset) => {
        const wire = new Uint8Array(offset + values.byteLength + 2).fill(0xee);
        wire.set(bytesOfInt32(values), offset);
        expect(int32InPlace(wire.subarray(offset, offset + values.byteLength))).toEqual(values);
        expect(wire.subarray(0, offset - 3).every(byte => byte === 0xee)).toBe(true);
        expect(wire.subarray(-2).every(byte => byte === 0xee)).toBe(true);
      }),
    );
  });

  test('is little-endian', () => {
    expect([...bytesOfInt32(Int32Array.of(0x01020304, -2))]).toEqual([4, 3, 2, 1, 0xfe, 0xff, 0xff, 0xff]);
    expect([...swapBytesOf32(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))]).toEqual([4, 3, 2, 1, 8, 7, 6, 5]);
  });
});
