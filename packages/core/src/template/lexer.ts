import { templateError } from './template-error.ts';

/** A piece of an expression. `text` of a string is its content. */
export interface Token {
  readonly kind: 'number' | 'string' | 'name' | 'symbol' | 'end';
  readonly text: string;
  /** Offset in the whole text. */
  readonly at: number;
}

/** Longest expression, in characters. */
const MAX_EXPRESSION = 4000;

const SPACE = /\s*/y;
const NUMBER = /(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const SYMBOL = /\*\*|\/\/|==|!=|<=|>=|&&|\|\||[-+*/%<>!?:|.,()[\]]/y;
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Reads a quoted string; returns its content and the offset after it. */
function readString(text: string, start: number): { content: string; end: number } {
  const quote = text[start];
  let content = '';
  let at = start + 1;
  while (at < text.length && at - start <= MAX_EXPRESSION) {
    const char = text[at] ?? '';
    if (char === quote) return { content, end: at + 1 };
    if (char === '\\') {
      const escaped = text[at + 1] ?? '';
      const plain = Object.hasOwn(ESCAPES, escaped) ? ESCAPES[escaped] : undefined;
      if (plain === undefined) {
        throw templateError('TEMPLATE_SYNTAX', `unknown escape "\\${escaped}"`, { text, at });
      }
      content += plain;
      at += 2;
    } else {
      content += char;
      at += 1;
    }
  }
  throw templateError('TEMPLATE_SYNTAX', 'this string is not closed', { text, at: start });
}

function nextToken(text: string, at: number): { token: Token; end: number } {
  const char = text[at] ?? '';
  if (char === "'" || char === '"') {
    const { content, end } = readString(text, at);
    return { token: { kind: 'string', text: content, at }, end };
  }
  const number = match(NUMBER, text, at);
  if (number !== undefined) {
    const end = at + number.length;
    return { token: { kind: 'number', text: number, at }, end };
  }
  const name = match(NAME, text, at);
  if (name !== undefined) return { token: { kind: 'name', text: name, at }, end: at + name.length };
  const symbol = match(SYMBOL, text, at);
  if (symbol !== undefined) {
    return { token: { kind: 'symbol', text: symbol, at }, end: at + symbol.length };
  }
  throw templateError('TEMPLATE_SYNTAX', `unexpected ${JSON.stringify(char)}`, { text, at });
}

/** The tokens from `start` (just behind the opening braces) up to the closing ones, and the offset behind those. */
export function readTokens(text: string, start: number): { tokens: readonly Token[]; end: number } {
  const tokens: Token[] = [];
  let at = start;
  for (;;) {
    at += match(SPACE, text, at)?.length ?? 0;
    if (at - start > MAX_EXPRESSION) {
      const message = `an expression is longer than ${MAX_EXPRESSION} characters`;
      throw templateError('TEMPLATE_LIMIT', message, { text, at: start });
    }
    if (at >= text.length) {
      throw templateError('TEMPLATE_SYNTAX', '"{{" is not closed by "}}"', { text, at: start - 2 });
    }
    if (text.startsWith('}}', at)) {
      tokens.push({ kind: 'end', text: '}}', at });
      return { tokens, end: at + 2 };
    }
    const { token, end } = nextToken(text, at);
    tokens.push(token);
    at = end;
  }
}
