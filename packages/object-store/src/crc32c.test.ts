import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Crc32c, crc32c } from './crc32c.ts';

const text = (value: string) => new TextEncoder().encode(value);

describe('crc32c', () => {
  // RFC 3720, appendix B.4, and the check value of the catalogue of parametrised CRC algorithms.
  it.each([
    [text('123456789'), 'e3069283'],
    [new Uint8Array(32), '8a9136aa'],
    [new Uint8Array(32).fill(0xff), '62a8ab43'],
    [Uint8Array.from({ length: 32 }, (_, n) => n), '46dd794e'],
    [new Uint8Array(), '00000000'],
  ])('agrees with the published values (%#)', (bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  it('does not depend on how the bytes are cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 200 }), (bytes, cut) => {
        const pieces = new Crc32c().update(bytes.subarray(0, cut)).update(bytes.subarray(cut));

        expect(pieces.hex()).toBe(crc32c(bytes));
      }),
    );
  });
});
