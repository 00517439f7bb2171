/** What kind of piece of a template a token is; operators are their own kind. */
export type TokenType =
  | 'data'
  | 'variable_begin'
  | 'variable_end'
  | 'block_begin'
  | 'block_end'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'eof'
  | `operator ${string}`;

/** A piece of a template. */
export interface Token {
  readonly type: TokenType;
  /** As Jinja reads it: line ends of data are `\n`, escapes of strings are resolved. */
  readonly value: string;
  /** Counted from 1. */
  readonly line: number;
}

const NAMES: Readonly<Record<string, string>> = {
  data: 'template data / text',
  variable_begin: 'begin of print statement',
  variable_end: 'end of print statement',
  block_begin: 'begin of statement block',
  block_end: 'end of statement block',
  eof: 'end of template',
};

/** How messages call a kind of token. */
export function describeType(type: TokenType): string {
  return NAMES[type] ?? type.replace('operator ', '');
}

/** How messages call a token. */
export function describeToken(token: Token): string {
  return token.type === 'name' ? token.value : describeType(token.type);
}
