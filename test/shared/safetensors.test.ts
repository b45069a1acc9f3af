import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ModelFormatError } from '../../shared/errors.ts';
import { contentHash } from '../../shared/hash.ts';
import { Model } from '../../shared/model.ts';
import { decodeSafetensors, encodeSafetensors } from '../../shared/safetensors.ts';

const small = new Model(
  [
    { name: 'item.vectors', shape: [2, 3] },
    { name: 'item.biases', shape: [2] },
  ],
  Float32Array.of(1, -2.5, Math.PI, 0, 1e-40, 3e38, -0, 7),
);

test('the bytes are frozen, and are what the format says', () => {
  const bytes = encodeSafetensors(small);
  const view = new DataView(bytes.buffer);
  const headerBytes = Number(view.getBigUint64(0, true));
  expect((8 + headerBytes) % 8).toBe(0);
  expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)))).toEqual({
    'item.vectors': { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
    'item.biases': { dtype: 'F32', shape: [2], data_offsets: [24, 32] },
  });
  expect(view.getFloat32(8 + headerBytes + 8, true)).toBe(Math.fround(Math.PI));
  expect(contentHash(bytes)).toBe('35a1d149376338137168e0f129a9d0b0e4eb7d43685c82f1b91e7d7489af2351');
});

test('what is decoded has the same names, shapes and bits, at any byte offset', () => {
  const specs = fc.uniqueArray(
    fc.record({ name: fc.string({ minLength: 1, unit: 'grapheme' }), shape: fc.array(fc.nat(4), { maxLength: 3 }) }),
    { selector: ({ name }) => name, maxLength: 5 },
  );
  fc.assert(
    fc.property(specs, fc.nat(7), fc.nat(), (drawn, shift, seed) => {
      // A key that is a whole number would come first in a JSON object, whatever its place.
      const ordered = drawn.map(({ name, shape }) => ({ name: `t${name}`, shape }));
      const model = new Model(ordered);
      for (let k = 0; k < model.length; k++) model.values[k] = Math.fround(Math.sin(seed + k) * 1e3);
      const bytes = encodeSafetensors(model);
      const moved = new Uint8Array(bytes.length + shift);
      moved.set(bytes, shift);
      const decoded = decodeSafetensors(moved.subarray(shift));
      expect(decoded.specs).toEqual(ordered);
      expect(decoded.values).toEqual(model.values);
    }),
  );
});

describe('bytes that are no model', () => {
  const good = encodeSafetensors(small);

  test('are refused with an error of their own, wherever they are cut', () => {
    for (let length = 0; length < good.length; length++) {
      expect(() => decodeSafetensors(good.subarray(0, length))).toThrow(ModelFormatError);
    }
  });

  test('never throw anything else, whatever byte is changed', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, byte) => {
        const bytes = good.slice();
        bytes[at] = byte;
        try {
          decodeSafetensors(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ModelFormatError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['a header longer than the file', withHeader('{}', 1_000)],
    ['another dtype', withHeader('{"a":{"dtype":"F16","shape":[0],"data_offsets":[0,0]}}')],
    ['a hole between tensors', withHeader('{"a":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}')],
    ['a negative size', withHeader('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,-4]}}')],
    ['a null entry', withHeader('{"a":null}')],
    ['a list', withHeader('[]')],
  ])('%s', (_, bytes) => {
    expect(() => decodeSafetensors(bytes)).toThrow(ModelFormatError);
  });
});

function withHeader(json: string, claimed = json.length): Uint8Array {
  const bytes = new Uint8Array(8 + json.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(claimed), true);
  bytes.set(new TextEncoder().encode(json), 8);
  return bytes;
}
