import { isPlainObject } from '@orchestrate/core';
import { inlineError } from './errors.ts';
import { quoteAt, type ShellPosition } from './shell-quoting.ts';

/**
 * Values that are known only when an attempt is submitted stand in the texts of a spec as tokens between NUL characters,
 * which no text from a project can hold: `\0in:NAME\0`, `\0out:NAME\0` and `\0attempt\0`. In a shell script a letter behind
 * the name tells how the path must be quoted there.
 */
const TOKEN = /\0(?:(in|out):([^\0:]{1,300})|(attempt))(?::([wdshvcx]))?(?::([A-Za-z0-9_.-]+))?\0/g;

const LETTERS = {
  word: 'w',
  double: 'd',
  single: 's',
  heredoc: 'h',
  verbatim: 'v',
  comment: 'c',
  closed: 'x',
} as const;
const KINDS = {
  w: 'word',
  d: 'double',
  s: 'single',
  h: 'heredoc',
  v: 'verbatim',
  c: 'comment',
  x: 'closed',
} as const;

/** Token for the number of the attempt. */
export const ATTEMPT_TOKEN = '\0attempt\0';

/** Token for the path at which the task finds an input. */
export function inputToken(name: string): string {
  return `\0in:${name}\0`;
}

/** Token for the path to which the task writes an output. */
export function outputToken(name: string): string {
  return `\0out:${name}\0`;
}

/** Whether a text holds a token. */
export function hasToken(text: string): boolean {
  return text.includes('\0');
}

/** Splits a text into fixed pieces (even places) and tokens (odd places). */
export function splitTokens(text: string): string[] {
  return text.split(/(\0(?:(?:in|out):[^\0:]{1,300}|attempt)\0)/);
}

/** A bare token with the way in which its path has to be quoted. */
export function tokenAt(position: ShellPosition, token: string): string {
  const end = 'end' in position && position.end !== undefined ? `:${position.end}` : '';
  return `${token.slice(0, -1)}:${LETTERS[position.kind]}${end}\0`;
}

/** What tokens stand for. */
export interface TokenValues {
  /** Input name -> path on the machine that runs the task. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Output name -> path to write to. */
  readonly outputs: Readonly<Record<string, string>>;
  /** 1 for the first attempt. */
  readonly attempt?: number;
}

function positionFrom(letter: string, end: string | undefined): ShellPosition {
  const kind = KINDS[letter as keyof typeof KINDS];
  if (kind === 'heredoc' || kind === 'verbatim')
    return end === undefined ? { kind } : { kind, end };
  return { kind };
}

/**
 * Puts paths and the attempt in the place of tokens, quoted for the shell where the token stands in a script.
 * @throws INLINE_PATH_UNKNOWN for a name that is not given, INLINE_SHELL_POSITION for a path that cannot stand there
 */
export function replacePathTokens(text: string, values: TokenValues): string {
  if (!text.includes('\0')) return text;
  return text.replace(TOKEN, (_whole, kind, name, attempt, letter, end) => {
    const value = attempt === undefined ? pathOf(kind, name, values) : String(values.attempt ?? 1);
    return letter === undefined ? value : quoteAt(positionFrom(letter, end), value);
  });
}

function pathOf(kind: string, name: string, values: TokenValues): string {
  const paths = kind === 'in' ? values.inputs : values.outputs;
  const path = Object.hasOwn(paths, name) ? paths[name] : undefined;
  if (path !== undefined) return path;
  const what = kind === 'in' ? 'input' : 'output';
  throw inlineError('INLINE_PATH_UNKNOWN', `there is no path for ${what} "${name}"`);
}

/** {@link replacePathTokens} in every text of a JSON-like value; what holds no token is returned as it is. */
export function replacePathTokensDeep<T>(value: T, values: TokenValues): T {
  return replaced(value, values) as T;
}

function replaced(value: unknown, values: TokenValues): unknown {
  if (typeof value === 'string') return replacePathTokens(value, values);
  if (Array.isArray(value)) return value.map((item) => replaced(item, values));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, replaced(item, values)]),
  );
}
