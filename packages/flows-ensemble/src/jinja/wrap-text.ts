import { charactersOf, lengthOf } from '../python/code-points.ts';
import { valueError } from '../python/py-exception.ts';

/** How lines are wrapped. */
export interface WrapOptions {
  readonly width: number;
  readonly breakLongWords: boolean;
  readonly breakOnHyphens: boolean;
}

/** The white space that Python's `textwrap` knows. */
const SPACE = '\\t\\n\\x0b\\x0c\\r ';
const WORD = '[\\p{L}\\p{N}_!"\'&.,?]';
const LETTER = '(?:(?!\\p{Nd})[\\p{L}\\p{N}_])';

/** Cuts like `textwrap.TextWrapper.wordsep_re`: spaces, dashes between words, and words that end behind a hyphen. */
const PIECES = new RegExp(
  `([${SPACE}]+|(?<=${WORD})-{2,}(?=[\\p{L}\\p{N}_])|[^${SPACE}]` +
    `(?:[^${SPACE}])*?(?:-(?:(?<=${LETTER}{2}-)|(?<=${LETTER}-${LETTER}-))(?=${LETTER}-?${LETTER})` +
    `|(?=[${SPACE}]|$)|(?<=${WORD})(?=-{2,}[\\p{L}\\p{N}_])))`,
  'gu',
);

const SPACES = new RegExp(`([${SPACE}]+)`);

const BLANK = new RegExp(`^[${SPACE}]*$`);

function cut(text: string, options: WrapOptions): string[] {
  const pieces = options.breakOnHyphens ? text.split(PIECES) : text.split(SPACES);
  return pieces.filter((piece) => piece !== undefined && piece !== '');
}

/** Cuts a word that is longer than a line; behind a hyphen where there is one. */
function breakWord(word: string, room: number, options: WrapOptions): readonly [string, string] {
  const characters = charactersOf(word);
  let end = room;
  if (options.breakOnHyphens && characters.length > room) {
    const hyphen = characters.lastIndexOf('-', room - 1);
    if (hyphen > 0 && characters.slice(0, hyphen).some((character) => character !== '-'))
      end = hyphen + 1;
  }
  return [characters.slice(0, end).join(''), characters.slice(end).join('')];
}

function takeLine(pieces: string[], options: WrapOptions): string[] {
  const line: string[] = [];
  let used = 0;
  for (let next = pieces[0]; next !== undefined; next = pieces[0]) {
    const size = lengthOf(next);
    if (used + size > options.width) break;
    line.push(next);
    used += size;
    pieces.shift();
  }
  const [next] = pieces;
  if (next !== undefined && lengthOf(next) > options.width) {
    const room = options.width < 1 ? 1 : options.width - used;
    if (options.breakLongWords) {
      const [head, tail] = breakWord(next, room, options);
      line.push(head);
      pieces[0] = tail;
    } else if (line.length === 0) {
      line.push(next);
      pieces.shift();
    }
  }
  return line;
}

/** `textwrap.wrap()` of one line, without expanding or replacing white space. */
export function wrapText(text: string, options: WrapOptions): string[] {
  if (options.width <= 0) throw valueError(`invalid width ${options.width} (must be > 0)`);
  const pieces = cut(text, options);
  const lines: string[] = [];
  while (pieces.length > 0) {
    if (lines.length > 0 && BLANK.test(pieces[0] ?? '')) pieces.shift();
    const line = takeLine(pieces, options);
    if (BLANK.test(line.at(-1) ?? 'x')) line.pop();
    if (line.length > 0) lines.push(line.join(''));
  }
  return lines;
}
