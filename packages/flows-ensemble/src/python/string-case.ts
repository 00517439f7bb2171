import { lengthOf } from './code-points.ts';
import { checkText } from './limits.ts';

const CASED = /\p{Cased}/u;

/** `str.title()`: a capital behind everything that is not a letter with case. */
export function titleCase(text: string): string {
  let inside = false;
  let result = '';
  for (const character of text) {
    result += inside ? character.toLowerCase() : titleOf(character);
    inside = CASED.test(character);
  }
  return result;
}

/** A few letters become two, of which only the first is a capital. */
function titleOf(character: string): string {
  const [first = '', ...rest] = character.toUpperCase();
  return first + rest.join('').toLowerCase();
}

/** `str.capitalize()`. */
export function capitalize(text: string): string {
  const [first = ''] = text;
  return titleOf(first) + text.slice(first.length).toLowerCase();
}

/** `str.swapcase()`. */
export function swapCase(text: string): string {
  return [...text]
    .map((character) =>
      character === character.toLowerCase() ? character.toUpperCase() : character.toLowerCase(),
    )
    .join('');
}

/** `str.islower()` and `str.isupper()`: some letter with case, and none of the other case. */
export function isAllCase(text: string, wanted: 'lower' | 'upper'): boolean {
  const other = wanted === 'lower' ? /[\p{Uppercase}\p{Lt}]/u : /[\p{Lowercase}\p{Lt}]/u;
  return CASED.test(text) && !other.test(text);
}

/** `str.istitle()`. */
export function isTitle(text: string): boolean {
  return CASED.test(text) && titleCase(text) === text;
}

function fill(width: number, text: string, character: string): string {
  checkText(width);
  return character.repeat(Math.max(0, width - lengthOf(text)));
}

/** `ljust`, `rjust` and `center`. */
export function justify(
  text: string,
  side: 'left' | 'right' | 'center',
  room: { readonly width: number; readonly character: string },
): string {
  const gap = fill(room.width, text, room.character);
  if (side === 'left') return text + gap;
  if (side === 'right') return gap + text;
  const total = Math.max(0, room.width - lengthOf(text));
  // CPython puts the odd one on the left when the width is odd too.
  const left = Math.floor(total / 2) + (total & room.width & 1);
  return room.character.repeat(left) + text + room.character.repeat(total - left);
}

/** `str.zfill()`. */
export function zeroFill(text: string, width: number): string {
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  return sign + fill(width, text, '0') + text.slice(sign.length);
}

/** `str.expandtabs()`. */
export function expandTabs(text: string, size: number): string {
  let column = 0;
  let result = '';
  for (const character of text) {
    if (character !== '\t') {
      result += character;
      column = character === '\n' || character === '\r' ? 0 : column + 1;
    } else if (size > 0) {
      const step = size - (column % size);
      result += ' '.repeat(step);
      column += step;
    }
  }
  return result;
}
