import { describe, expect, it } from 'vitest';
import { BlobCache } from '../../client/blob-cache.ts';
import { BlobError } from '../../client/errors.ts';
import { Catalogue } from '../../shared/catalogue.ts';
import { contentHash } from '../../shared/hash.ts';
import { Model } from '../../shared/model.ts';
import { encodeSafetensors } from '../../shared/safetensors.ts';

const model = encodeSafetensors(new Model([{ name: 'w', shape: [2] }], Float32Array.of(1.25, -7)));
const catalogue = new Catalogue([{ id: 'tea' }, { id: 'salt' }]).encode();

describe('BlobCache', () => {
  it('decodes what has the hash that it claims', () => {
    const blobs = new BlobCache();
    expect(blobs.model(contentHash(model), model).content.tensor('w')).toEqual(Float32Array.of(1.25, -7));
    expect(blobs.catalogue(contentHash(catalogue), catalogue).content.indexOf('salt')).toBe(1);
  });

  it('gives all devices the same copy, and does not look at the bytes again', () => {
    const blobs = new BlobCache();
    const first = blobs.model(contentHash(model), model);
    expect(blobs.model(contentHash(model), new Uint8Array())).toBe(first);
    expect(new BlobCache().model(contentHash(model), model)).not.toBe(first);
  });

  it('refuses other bytes than the name says', () => {
    const other = model.with(model.length - 1, 9);
    expect(() => new BlobCache().model(contentHash(model), other)).toThrow(BlobError);
  });

  it('refuses bytes that are not of the kind, under their right name', () => {
    const blobs = new BlobCache();
    expect(() => blobs.model(contentHash(catalogue), catalogue)).toThrow(BlobError);
    expect(() => blobs.catalogue(contentHash(model), model)).toThrow(BlobError);
    // A catalogue that is held does not pass for a model.
    blobs.catalogue(contentHash(catalogue), catalogue);
    expect(() => blobs.model(contentHash(catalogue), catalogue)).toThrow(BlobError);
  });
});
