/** Python counts characters by code point, JavaScript by UTF-16 unit; these differ only where there are surrogates. */
const SURROGATE = /[\ud800-\udfff]/;

/** What `str.isspace`, `strip()` and `\s` of `re` call white space, as the inside of a character class. */
export const WHITE_SPACE =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const LEADING = new RegExp(`^[${WHITE_SPACE}]+`);
const TRAILING = new RegExp(`[${WHITE_SPACE}]+$`);

/** `len()`. */
export function lengthOf(text: string): number {
  return SURROGATE.test(text) ? [...text].length : text.length;
}

/** The characters, each a string of its own. */
export function charactersOf(text: string): readonly string[] {
  return SURROGATE.test(text) ? [...text] : text.split('');
}

/** Characters `from` to `to`, both within the text. */
export function slicePoints(text: string, from: number, to: number): string {
  return SURROGATE.test(text) ? [...text].slice(from, to).join('') : text.slice(from, to);
}

/** Place of a UTF-16 unit, counted in characters. */
export function pointIndex(text: string, unit: number): number {
  return unit <= 0 ? unit : lengthOf(text.slice(0, unit));
}

/** Which sides {@link strip} works on. */
export type Sides = 'both' | 'left' | 'right';

/** `strip`, `lstrip` and `rstrip`; without `characters`, white space. */
export function strip(text: string, sides: Sides, characters?: string): string {
  if (characters === undefined) {
    const left = sides === 'right' ? text : text.replace(LEADING, '');
    return sides === 'left' ? left : trimEnd(left);
  }
  const wanted = new Set(characters);
  const all = charactersOf(text);
  let from = 0;
  let to = all.length;
  while (sides !== 'right' && from < to && wanted.has(all[from] ?? '')) from += 1;
  while (sides !== 'left' && to > from && wanted.has(all[to - 1] ?? '')) to -= 1;
  return all.slice(from, to).join('');
}

function trimEnd(text: string): string {
  let to = text.length;
  while (to > 0 && TRAILING.test(text.charAt(to - 1))) to -= 1;
  return text.slice(0, to);
}

/** Whether a UTF-16 unit is half of a character. */
function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** Whether the first text comes before the second one, the same, or behind, by code point. */
export function comparePoints(a: string, b: string): number {
  if (a === b) return 0;
  const shared = Math.min(a.length, b.length);
  let at = 0;
  while (at < shared && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  if (at === shared) return a.length - b.length;
  const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
  // Halves of characters stand for larger code points than any whole unit.
  if (isSurrogate(left) !== isSurrogate(right)) return isSurrogate(left) ? 1 : -1;
  return left - right;
}
