import { PyBytes } from '../python/value.ts';
import { Refused } from './refused.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The letters that count: anything else is passed over, and the first complete padding ends the text. */
function digits(written: string): { readonly values: number[]; readonly padded: boolean } {
  const values: number[] = [];
  let padding = 0;
  for (const letter of written) {
    const value = ALPHABET.indexOf(letter);
    if (letter === '=') {
      padding += 1;
      const inGroup = values.length % 4;
      if (inGroup >= 2 && inGroup + padding >= 4) return { values, padded: true };
    } else if (value !== -1) {
      padding = 0;
      values.push(value);
    }
  }
  return { values, padded: values.length % 4 === 0 };
}

/** Base64 as lenient as Python's `binascii.a2b_base64`. */
export function bytesOf(written: string): PyBytes {
  if (/[^\0-\x7f]/.test(written)) throw new Refused('!!binary holds letters outside of ASCII');
  const { values, padded } = digits(written);
  if (!padded) throw new Refused('!!binary is no complete base64');
  const bytes = new Uint8Array(Math.floor((values.length * 6) / 8));
  for (const index of bytes.keys()) {
    const bit = index * 8;
    const first = values[Math.floor(bit / 6)] ?? 0;
    const second = values[Math.floor(bit / 6) + 1] ?? 0;
    bytes[index] = (((first << 6) | second) >> (4 - (bit % 6))) & 0xff;
  }
  return new PyBytes(bytes);
}
