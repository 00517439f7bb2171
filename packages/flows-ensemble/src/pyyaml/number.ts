import { Refused } from './refused.ts';

/** Python reads no decimal integer with more digits than this from a text (`sys.int_info.default_max_str_digits`). */
const MOST_DIGITS = 4300;

function sign(text: string): readonly [negative: boolean, rest: string] {
  return [text.startsWith('-'), /^[-+]/.test(text) ? text.slice(1) : text];
}

function whole(text: string, prefix: '' | '0b' | '0o' | '0x', digits: RegExp): bigint {
  const bare = text.trim();
  if (!digits.test(bare)) throw new Refused(`\`${text}\` has no digits that fit`);
  return BigInt(`${prefix}${bare}`);
}

function unsignedInt(text: string): bigint {
  if (text.startsWith('0b')) return whole(text.slice(2), '0b', /^[01]+$/);
  if (text.startsWith('0x')) return whole(text.slice(2), '0x', /^[0-9a-f]+$/i);
  if (text.startsWith('0') && text !== '0') {
    return whole(text.replace(/^0o/i, ''), '0o', /^[0-7]+$/);
  }
  if (!text.includes(':')) return whole(text, '', /^[0-9]+$/);
  return text.split(':').reduce((sum, part) => sum * 60n + whole(part, '', /^[0-9]+$/), 0n);
}

/** Python's `int` of a YAML 1.1 integer: octal with a leading 0, `0b`, `0x`, underscores, base 60 with colons. */
export function intOf(written: string): bigint {
  if (written.length > MOST_DIGITS) {
    throw new Refused(`a number has ${written.length} characters, more than ${MOST_DIGITS}`);
  }
  const [negative, rest] = sign(written.replaceAll('_', ''));
  const value = unsignedInt(rest);
  return negative ? -value : value;
}

const DECIMAL = /^[0-9]+\.?[0-9]*(?:e[-+]?[0-9]+)?$|^\.[0-9]+(?:e[-+]?[0-9]+)?$/;

function decimal(text: string): number {
  const bare = text.trim();
  if (bare === 'inf' || bare === 'infinity') return Number.POSITIVE_INFINITY;
  if (bare === 'nan') return Number.NaN;
  if (!DECIMAL.test(bare)) throw new Refused(`\`${text}\` is no number`);
  return Number(bare);
}

function base60(text: string): number {
  let value = 0;
  let base = 1;
  for (const part of text.split(':').reverse()) {
    value += decimal(part) * base;
    base *= 60;
  }
  if (!Number.isFinite(value)) throw new Refused(`\`${text}\` is too large`);
  return value;
}

/** Python's `float` of a YAML 1.1 float: `.inf`, `.nan`, underscores, base 60 with colons. */
export function floatOf(written: string): number {
  const [negative, rest] = sign(written.replaceAll('_', '').toLowerCase());
  const direction = negative ? -1 : 1;
  if (rest === '.inf') return direction * Number.POSITIVE_INFINITY;
  if (rest === '.nan') return Number.NaN;
  return direction * (rest.includes(':') ? base60(rest) : decimal(rest));
}
