import { inlineError } from './errors.ts';

/**
 * Where in a shell script a value stands, and so how it must be written to stay one harmless piece of text.
 * - `word`: between words; `double`, `single`: inside such quotes.
 * - `heredoc`: in a here-document whose text the shell expands; `verbatim`: in one it does not. `end` is given where the
 *   line so far could become the line that ends it. `comment`: behind `#`.
 * - `closed`: anywhere else (`${...}`, `$((...))`, backquotes, after a backslash): only plain words may stand there.
 */
export type ShellPosition =
  | { readonly kind: 'word' | 'double' | 'single' | 'comment' | 'closed' }
  | { readonly kind: 'heredoc' | 'verbatim'; readonly end?: string };

const PLAIN = /^[A-Za-z0-9_./:=,+@%-]+$/;

function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 37)}...` : text);
}

function refuse(text: string, where: string): never {
  throw inlineError(
    'INLINE_SHELL_POSITION',
    `${shown(text)} cannot stand safely ${where} of a shell script`,
  );
}

function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function checkLine(text: string, position: ShellPosition): void {
  if (/[\n\r]/.test(text)) refuse(text, 'in a here-document or comment');
  const end = 'end' in position ? position.end : undefined;
  if (end !== undefined && (text.includes(end) || end.includes(text))) {
    refuse(text, `in the here-document that ends at ${end}`);
  }
}

/**
 * A text as it must be written at a position of a script, so that the shell takes it for nothing but this text.
 * @throws INLINE_SHELL_POSITION where that is not possible
 */
export function quoteAt(position: ShellPosition, text: string): string {
  if (text.includes('\0')) refuse(text, 'anywhere');
  switch (position.kind) {
    case 'word':
      return PLAIN.test(text) ? text : singleQuoted(text);
    case 'double':
      return text === '' || PLAIN.test(text) ? text : `"${singleQuoted(text)}"`;
    case 'single':
      return text.replaceAll("'", "'\\''");
    case 'heredoc':
      checkLine(text, position);
      return text.replace(/[\\$`]/g, '\\$&');
    case 'verbatim':
      checkLine(text, position);
      return text;
    case 'comment':
      checkLine(text, position);
      return singleQuoted(text);
    case 'closed':
      return PLAIN.test(text) ? text : refuse(text, 'at this place');
  }
}

/** A variable of the environment as it must be written at a position. @throws INLINE_SHELL_POSITION */
export function variableAt(position: ShellPosition, name: string): string {
  switch (position.kind) {
    case 'word':
      return `"\${${name}}"`;
    case 'double':
    case 'heredoc':
      return `\${${name}}`;
    case 'single':
      return `'"\${${name}}"'`;
    case 'verbatim':
    case 'comment':
    case 'closed':
      return refuse(`\${${name}}`, 'at this place');
  }
}
