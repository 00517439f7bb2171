import type { ShellPosition } from './shell-quoting.ts';

type Frame =
  | { readonly kind: 'command'; readonly substitution: boolean }
  | { readonly kind: 'double' | 'single' | 'dollar-single' | 'brace' | 'backquote' | 'comment' }
  | { readonly kind: 'arithmetic'; depth: number }
  | {
      readonly kind: 'heredoc';
      readonly end: string;
      readonly tabs: boolean;
      readonly expands: boolean;
      line: string;
    };

interface PendingHeredoc {
  readonly end: string;
  readonly tabs: boolean;
  readonly expands: boolean;
}

const OPENING: Readonly<Record<string, 'single' | 'double' | 'backquote'>> = {
  "'": 'single',
  '"': 'double',
  '`': 'backquote',
};
const HEREDOC =
  /<<(-?)[ \t]*(?:'([A-Za-z0-9_.-]+)'|"([A-Za-z0-9_.-]+)"|(\\?)([A-Za-z0-9_.-]+))(?=[\s;&|<>()]|$)/y;

/**
 * Follows a shell script from its beginning, in pieces, and knows at the end of each piece what kind of place that is.
 * Where it is not sure (a `case` in a command substitution, quotes inside `${...}`), it says `closed` for the rest of the
 * script: a wrong guess would let a value break out of its quotes.
 */
export class ShellScanner {
  readonly #frames: Frame[] = [{ kind: 'command', substitution: false }];
  #pending: PendingHeredoc[] = [];
  #lost = false;
  /** The piece ended in a character that changes the meaning of the next one. */
  #dangling = false;
  #wordStart = true;
  #text = '';
  #at = 0;

  /** Goes on with the fixed text up to the next value. */
  feed(text: string): void {
    this.#text = text;
    this.#at = 0;
    this.#dangling = false;
    while (this.#at < text.length && !this.#lost) this.#step();
  }

  /** The position at the end of what was fed. */
  position(): ShellPosition {
    this.#wordStart = false;
    const top = this.#top;
    if (this.#lost || this.#dangling) return { kind: 'closed' };
    switch (top.kind) {
      case 'command':
        return { kind: 'word' };
      case 'double':
      case 'single':
        return { kind: top.kind };
      case 'comment':
        return { kind: 'comment' };
      case 'heredoc':
        return this.#inHeredoc(top);
      default:
        return { kind: 'closed' };
    }
  }

  #inHeredoc(frame: Frame & { kind: 'heredoc' }): ShellPosition {
    const kind = frame.expands ? 'heredoc' : 'verbatim';
    const written = frame.line.replaceAll('\0', '');
    const line = frame.tabs ? written.replace(/^\t+/, '') : written;
    frame.line += '\0';
    return frame.end.includes(line) ? { kind, end: frame.end } : { kind };
  }

  get #top(): Frame {
    return this.#frames.at(-1) ?? { kind: 'command', substitution: false };
  }

  #step(): void {
    const top = this.#top;
    const char = this.#text[this.#at] ?? '';
    switch (top.kind) {
      case 'command':
        this.#command(char, top.substitution);
        return;
      case 'double':
        this.#double(char);
        return;
      case 'heredoc':
        this.#heredoc(char, top);
        return;
      case 'comment':
        if (char === '\n') this.#frames.pop();
        else this.#at += 1;
        return;
      case 'arithmetic':
        this.#arithmetic(char, top);
        return;
      default:
        this.#quoted(char, top.kind);
    }
  }

  #push(frame: Frame, length: number): void {
    this.#frames.push(frame);
    this.#at += length;
    this.#wordStart = frame.kind === 'command';
    if (this.#frames.length > 50) this.#lost = true;
  }

  #skipEscaped(): void {
    if (this.#at + 1 >= this.#text.length) this.#dangling = true;
    if (this.#text[this.#at + 1] !== '\n') this.#wordStart = false;
    this.#at += 2;
  }

  #command(char: string, substitution: boolean): void {
    const wordStart = this.#wordStart;
    const isCase = wordStart && /^case\b/.test(this.#text.slice(this.#at, this.#at + 5));
    // The unpaired brackets of its patterns look like the end of the substitution.
    if (isCase && substitution) this.#lost = true;
    const quote = OPENING[char];
    if (quote !== undefined) this.#push({ kind: quote }, 1);
    else if (char === '\\') this.#skipEscaped();
    else if (char === '$') this.#dollar(true);
    else if (char === '#' && wordStart) this.#push({ kind: 'comment' }, 1);
    else if (char === '(') this.#open();
    else if (char === ')' && substitution) this.#close();
    else if (this.#text.startsWith('<<', this.#at)) this.#redirect();
    else if (char === '\n') this.#newLine();
    else {
      this.#at += 1;
      this.#wordStart = /[\s;&|()<>]/.test(char);
    }
  }

  #close(): void {
    this.#frames.pop();
    this.#at += 1;
    this.#wordStart = false;
    // A comment behind a subshell, but not behind a substitution.
    if (this.#pending.length > 0 || this.#text[this.#at] === '#') this.#lost = true;
  }

  #open(): void {
    if (this.#text.startsWith('((', this.#at)) this.#push({ kind: 'arithmetic', depth: 2 }, 2);
    else if (this.#at + 1 >= this.#text.length) {
      this.#push({ kind: 'command', substitution: true }, 1);
      this.#dangling = true;
    } else this.#push({ kind: 'command', substitution: true }, 1);
  }

  #dollar(quotes: boolean): void {
    const next = this.#text[this.#at + 1];
    this.#wordStart = false;
    if (next === undefined) {
      this.#dangling = true;
      this.#at += 1;
    } else if (next === "'" && quotes) this.#push({ kind: 'dollar-single' }, 2);
    else if (this.#text.startsWith('$((', this.#at))
      this.#push({ kind: 'arithmetic', depth: 2 }, 3);
    else if (next === '(') this.#push({ kind: 'command', substitution: true }, 2);
    else if (next === '{') this.#push({ kind: 'brace' }, 2);
    else {
      this.#at += next === '$' ? 2 : 1;
      if (next === '[') this.#lost = true;
    }
  }

  #double(char: string): void {
    if (char === '\\') this.#skipEscaped();
    else if (char === '"') {
      this.#frames.pop();
      this.#at += 1;
    } else if (char === '$') this.#dollar(false);
    else if (char === '`') this.#push({ kind: 'backquote' }, 1);
    else this.#at += 1;
  }

  #arithmetic(char: string, frame: { depth: number }): void {
    if (/['"`\\]/.test(char)) this.#lost = true;
    if (char === '(') frame.depth += 1;
    if (char === ')') frame.depth -= 1;
    this.#at += 1;
    if (frame.depth === 0) this.#frames.pop();
  }

  #quoted(char: string, kind: 'single' | 'dollar-single' | 'brace' | 'backquote'): void {
    const end = { single: "'", 'dollar-single': "'", brace: '}', backquote: '`' }[kind];
    if (char === '\\' && kind !== 'single') {
      // Shells disagree about escapes in these.
      this.#lost = true;
      return;
    }
    if (char === end) this.#frames.pop();
    else if (kind === 'brace' && /['"`{]/.test(char)) this.#lost = true;
    else if (kind === 'brace' && char === '$' && /[({]/.test(this.#text[this.#at + 1] ?? '('))
      this.#lost = true;
    else if (kind === 'backquote' && /['"#]/.test(char)) this.#lost = true;
    this.#at += 1;
  }

  #redirect(): void {
    if (this.#text.startsWith('<<<', this.#at)) {
      this.#at += 3;
      this.#wordStart = false;
      return;
    }
    HEREDOC.lastIndex = this.#at;
    const match = HEREDOC.exec(this.#text);
    const atEnd = match !== null && this.#at + match[0].length >= this.#text.length;
    if (match === null || atEnd || this.#frames.length > 1) {
      this.#lost = true;
      return;
    }
    const [whole, dash, single, double, backslash, bare] = match;
    this.#pending.push({
      end: single ?? double ?? bare ?? '',
      tabs: dash === '-',
      expands: bare !== undefined && backslash === '',
    });
    this.#at += whole.length;
    this.#wordStart = false;
  }

  #newLine(): void {
    this.#at += 1;
    this.#wordStart = true;
    for (const heredoc of this.#pending.toReversed())
      this.#frames.push({ kind: 'heredoc', ...heredoc, line: '' });
    this.#pending = [];
  }

  #heredoc(char: string, frame: Frame & { kind: 'heredoc' }): void {
    this.#at += 1;
    if (char !== '\n') {
      frame.line += char;
      const expansion = frame.expands && (char === '`' || /\$[({[]$/.test(frame.line));
      if (expansion) this.#lost = true;
      if (this.#at >= this.#text.length && frame.expands)
        this.#dangling = /[\\$]$/.test(frame.line);
      return;
    }
    const line = frame.tabs ? frame.line.replace(/^\t+/, '') : frame.line;
    if (frame.expands && line.endsWith('\\')) this.#lost = true;
    frame.line = '';
    if (line === frame.end) {
      this.#frames.pop();
      this.#wordStart = true;
    }
  }
}
