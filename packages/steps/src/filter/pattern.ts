/** Named classes of characters in the C locale, as they stand between `[` and `]`. */
const CLASSES: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '\\x21-\\x7e',
  lower: 'a-z',
  print: '\\x20-\\x7e',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
};

/** Matches nothing: what rsync does with a class that does not end. */
const NEVER = '(?!)';

function literal(letter: string): string {
  return `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** One part of a class: its expression and where the next one begins. */
interface ClassPart {
  readonly text: string;
  readonly end: number;
  /** The letter a range may begin with. */
  readonly letter?: string;
}

function escaped(pattern: string, at: number): { readonly letter: string; readonly end: number } {
  return pattern[at] === '\\'
    ? { letter: pattern[at + 1] ?? '', end: at + 2 }
    : { letter: pattern[at] ?? '', end: at + 1 };
}

function namedClass(pattern: string, at: number): ClassPart | undefined {
  const close = pattern.indexOf(']', at + 2);
  if (close < 0) return { text: NEVER, end: -1 };
  if (pattern[close - 1] !== ':' || close - 1 < at + 2) return undefined;
  const named = CLASSES[pattern.slice(at + 2, close - 1)];
  return named === undefined ? { text: NEVER, end: -1 } : { text: named, end: close + 1 };
}

function classPart(pattern: string, at: number, before: string | undefined): ClassPart {
  const next = pattern[at + 1];
  if (pattern[at] === '-' && before !== undefined && next !== undefined && next !== ']') {
    const { letter, end } = escaped(pattern, at + 1);
    // A range that runs backwards holds nothing.
    return letter < before
      ? { text: '', end }
      : { text: `${literal(before)}-${literal(letter)}`, end };
  }
  const named = pattern.startsWith('[:', at) ? namedClass(pattern, at) : undefined;
  if (named !== undefined) return named;
  const { letter, end } = escaped(pattern, at);
  return letter === '' ? { text: NEVER, end: -1 } : { text: literal(letter), end, letter };
}

/** The class that begins with `[` at a position. It never matches a slash. */
function classAt(pattern: string, at: number): { readonly text: string; readonly end: number } {
  const negated = /[!^]/.test(pattern[at + 1] ?? '');
  let position = at + (negated ? 2 : 1);
  let text = '';
  let before: string | undefined;
  do {
    if (position >= pattern.length) return { text: NEVER, end: pattern.length };
    const part = classPart(pattern, position, before);
    if (part.end < 0) return { text: NEVER, end: pattern.length };
    text += part.text;
    before = part.letter;
    position = part.end;
  } while (pattern[position] !== ']');
  const inside = text === '' ? (negated ? '[^/]' : NEVER) : `(?!/)[${negated ? '^' : ''}${text}]`;
  return { text: inside, end: position + 1 };
}

function starsAt(pattern: string, at: number): number {
  let end = at;
  while (pattern[end] === '*') end += 1;
  return end;
}

/** The expression for a pattern with wildcards, and whether a slash stands in a class. */
function wildcards(pattern: string): { readonly text: string; readonly hidesSlash: boolean } {
  let text = '';
  let hidesSlash = false;
  for (let at = 0; at < pattern.length; ) {
    const letter = pattern[at] ?? '';
    if (letter === '*') {
      const end = starsAt(pattern, at);
      text += end - at > 1 ? '[^]*' : '[^/]*';
      at = end;
    } else if (letter === '?') {
      text += '[^/]';
      at += 1;
    } else if (letter === '[') {
      const part = classAt(pattern, at);
      text += part.text;
      hidesSlash ||= pattern.slice(at, part.end).includes('/');
      at = part.end;
    } else {
      const part = escaped(pattern, at);
      text += part.letter === '' ? NEVER : literal(part.letter);
      at = part.end;
    }
  }
  return { text, hidesSlash };
}

/** Bytes of a text, a letter each: rsync compares bytes, so `?` stands for one byte of a letter outside ASCII. */
export function bytesAsLetters(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/**
 * One pattern with the meaning it has in a filter rule of rsync: a leading `/` ties it to the root of the transfer, a
 * trailing `/` to folders; with a `/` inside or with `**` it is compared with the end of the path, else with the name; `*`
 * stops at slashes, `**` does not, `dir/***` is the folder and everything below it. A backslash escapes only where there
 * are wildcards.
 */
export class Pattern {
  readonly #expression: RegExp;
  readonly #isForFolders: boolean;
  /** `**` at the beginning also matches the slash before the first name. */
  readonly #hasLeadingSlash: boolean;
  readonly #hasTrailingSlash: boolean;

  constructor(written: string) {
    const whole = bytesAsLetters(written);
    this.#isForFolders = whole.length > 1 && whole.endsWith('/');
    const pattern = this.#isForFolders ? whole.slice(0, -1) : whole;
    const isWild = /[*?[]/.test(pattern);
    const isTied = pattern.startsWith('/');
    const isDeep = isWild && pattern.includes('**');
    this.#hasLeadingSlash = isDeep && pattern.startsWith('**');
    this.#hasTrailingSlash = isDeep && pattern.endsWith('***');
    const rest = isTied ? pattern.slice(1) : pattern;
    const { text, hidesSlash } = isWild
      ? wildcards(rest)
      : { text: [...rest].map(literal).join(''), hidesSlash: false };
    const head = isTied || this.#hasLeadingSlash ? '' : '(?:[^]*/)?';
    // rsync counts the slashes of the text to know how many names to compare, and a class never matches one.
    const isVain = hidesSlash && !isTied && !isDeep;
    this.#expression = new RegExp(isVain ? NEVER : `^${head}${text}$`);
  }

  /** Whether a path from the root of the transfer, as {@link bytesAsLetters} gives it, matches. */
  matches(path: string, isFolder: boolean): boolean {
    if (this.#isForFolders && !isFolder) return false;
    const head = this.#hasLeadingSlash ? '/' : '';
    const tail = this.#hasTrailingSlash && isFolder ? '/' : '';
    return this.#expression.test(`${head}${path}${tail}`);
  }
}
