import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyVariants, MAX_VARIANT_BYTES } from '../../../src/webhooks/body-variants.ts';

describe('bodyVariants', () => {
  it('never unpacks beyond the limit', () => {
    const unpacked = (size: number) =>
      [...bodyVariants(gzipSync(Buffer.alloc(size)))].filter(({ cause }) => cause === 'compressed_body');
    expect(unpacked(MAX_VARIANT_BYTES)).toHaveLength(1);
    expect(unpacked(MAX_VARIANT_BYTES + 1)).toHaveLength(0);
  });

  it('leaves large bodies alone', () => {
    expect([...bodyVariants(Buffer.alloc(MAX_VARIANT_BYTES, ' '))].length).toBeGreaterThan(0);
    expect([...bodyVariants(Buffer.alloc(MAX_VARIANT_BYTES + 1, ' '))]).toEqual([]);
  });

  it('keeps every byte of what it does not change', () => {
    const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const bodies = [...bodyVariants(every)].map(({ body }) => body);
    expect(bodies).toContainEqual(Buffer.concat([every, Buffer.from('\n')]));
    expect(bodies).toContainEqual(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), every]));
  });

  it('gives a bounded number for any body, and never throws', () => {
    const text = fc.oneof(fc.json(), fc.string({ unit: 'binary' }), fc.base64String(), fc.webQueryParameters());
    const body = fc.oneof(
      text.map((value) => Buffer.from(value)),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    );
    const property = fc.property(body, (bytes) => {
      expect([...bodyVariants(bytes)].length).toBeLessThan(160);
    });
    fc.assert(property, { numRuns: 300 });
  });
});
