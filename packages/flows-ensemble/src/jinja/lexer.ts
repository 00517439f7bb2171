import { WHITE_SPACE } from '../python/code-points.ts';
import { readString } from './string-literal.ts';
import { TemplateProblem } from './template-error.ts';
import type { Token, TokenType } from './token.ts';

const SPACE = `[${WHITE_SPACE}]*`;

const OPENING = new RegExp(
  `(\\{%[-+]?${SPACE}raw${SPACE}(?:-%\\}${SPACE}|%\\}))|(\\{%|\\{\\{|\\{#)([-+]?)`,
  'g',
);

const RAW_END = new RegExp(`\\{%([-+]?)${SPACE}endraw${SPACE}(?:\\+%\\}|-%\\}${SPACE}|%\\})`, 'g');

const COMMENT_END = new RegExp(`\\+#\\}|-#\\}${SPACE}|#\\}`, 'g');

const VARIABLE_END = new RegExp(`-\\}\\}${SPACE}|\\}\\}`, 'y');

const BLOCK_END = new RegExp(`\\+%\\}|-%\\}${SPACE}|%\\}`, 'y');

const SPACES = new RegExp(`[${WHITE_SPACE}]+`, 'y');

const FLOAT = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;

const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;

const NAME = /[\p{L}\p{N}\p{M}\p{Pc}·\u0387\u1369-\u1371\u19da\u2118\u212e\u309b\u309c]+/uy;

const IDENTIFIER = /^[\p{XIDS}_]\p{XIDC}*$/u;

const STRING = /'[^'\\]*(?:\\[\s\S][^'\\]*)*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y;

const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y;

const CLOSES: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

const TRAILING_SPACE = new RegExp(`[${WHITE_SPACE}]$`);

function trimEnd(text: string): string {
  let to = text.length;
  while (to > 0 && TRAILING_SPACE.test(text.charAt(to - 1))) to -= 1;
  return text.slice(0, to);
}

/** Cuts a template into tokens, with the default delimiters and rules for white space. */
export class Lexer {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  readonly #open: string[] = [];
  #at = 0;
  #line = 1;

  constructor(source: string) {
    // One line end at the very end is dropped, and all become \n.
    this.#source = source.replace(/\r\n|\r/g, '\n').replace(/\n$/, '');
  }

  tokens(): readonly Token[] {
    while (this.#at < this.#source.length) this.#root();
    this.#add('eof', '');
    return this.#tokens;
  }

  #add(type: TokenType, value: string): void {
    this.#tokens.push({ type, value, line: this.#line });
  }

  /** Goes on to `to`, counting lines. */
  #move(to: number): void {
    for (
      let at = this.#source.indexOf('\n', this.#at);
      at !== -1 && at < to;
      at = this.#source.indexOf('\n', at + 1)
    )
      this.#line += 1;
    this.#at = to;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#source);
  }

  #data(to: number, sign: string): void {
    const text = this.#source.slice(this.#at, to);
    const shown = sign === '-' ? trimEnd(text) : text;
    if (shown !== '') this.#add('data', shown);
    this.#move(to);
  }

  #root(): void {
    const found = this.#match(OPENING);
    if (found === null) {
      this.#data(this.#source.length, '');
      return;
    }
    const [all, raw, tag, sign = ''] = found;
    this.#data(found.index, raw === undefined ? sign : raw.charAt(2));
    this.#move(found.index + all.length);
    if (raw !== undefined) this.#raw();
    else if (tag === '{#') this.#comment();
    else if (tag === '{%') this.#code('block_begin', 'block_end', BLOCK_END);
    else this.#code('variable_begin', 'variable_end', VARIABLE_END);
  }

  #raw(): void {
    const end = this.#match(RAW_END);
    if (end === null) throw new TemplateProblem('Missing end of raw directive', this.#line);
    this.#data(end.index, end[1] ?? '');
    this.#move(end.index + end[0].length);
  }

  #comment(): void {
    const end = this.#match(COMMENT_END);
    if (end === null) throw new TemplateProblem('Missing end of comment tag', this.#line);
    this.#move(end.index + end[0].length);
  }

  #code(begin: TokenType, end: TokenType, endPattern: RegExp): void {
    this.#add(begin, '');
    while (this.#at < this.#source.length) {
      const closed = this.#open.length === 0 ? this.#match(endPattern) : null;
      if (closed !== null) {
        this.#add(end, '');
        this.#move(this.#at + closed[0].length);
        return;
      }
      this.#piece();
    }
  }

  #piece(): void {
    const spaces = this.#match(SPACES);
    if (spaces !== null) {
      this.#move(this.#at + spaces[0].length);
      return;
    }
    const token = this.#number() ?? this.#word() ?? this.#operator();
    this.#move(this.#at + token.length);
  }

  #number(): string | undefined {
    const float = this.#match(FLOAT);
    if (float !== null) {
      this.#add('float', float[0].replaceAll('_', ''));
      return float[0];
    }
    const integer = this.#match(INTEGER);
    if (integer === null) return undefined;
    this.#add('integer', integer[0].replaceAll('_', ''));
    return integer[0];
  }

  #word(): string | undefined {
    const name = this.#match(NAME);
    if (name !== null) {
      if (!IDENTIFIER.test(name[0]))
        throw new TemplateProblem('Invalid character in identifier', this.#line);
      this.#add('name', name[0]);
      return name[0];
    }
    const string = this.#match(STRING);
    if (string === null) return undefined;
    this.#add('string', readString(string[0], this.#line));
    return string[0];
  }

  #operator(): string {
    const operator = this.#match(OPERATOR)?.[0];
    if (operator === undefined) {
      const character = String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0);
      throw new TemplateProblem(`unexpected char '${character}' at ${this.#at}`, this.#line);
    }
    const closing = CLOSES[operator];
    if (closing !== undefined) this.#open.push(closing);
    else if (')]}'.includes(operator)) this.#close(operator);
    this.#add(`operator ${operator}`, operator);
    return operator;
  }

  #close(operator: string): void {
    const expected = this.#open.pop();
    if (expected === operator) return;
    const wanted = expected === undefined ? '' : `, expected '${expected}'`;
    throw new TemplateProblem(`unexpected '${operator}'${wanted}`, this.#line);
  }
}
