import { TemplateProblem } from './template-error.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const ESCAPE =
  /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]|$))/g;

/** Only a backslash in front of such a character makes a difference: Jinja then sees the escape of the character. */
const BEYOND_ASCII = /\\([^\0-\x7f])/gu;

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `x${code.toString(16).padStart(2, '0')}`;
  if (code <= 0xffff) return `u${code.toString(16).padStart(4, '0')}`;
  return `U${code.toString(16).padStart(8, '0')}`;
}

/** The text that a quoted literal stands for, by Python's rules for escapes. */
export function readString(quoted: string, line: number): string {
  const inner = quoted.slice(1, -1).replace(/\r\n|\r/g, '\n');
  if (!inner.includes('\\')) return inner;
  const escaped = inner.replace(
    BEYOND_ASCII,
    (_all, character: string) => `\\\\${escapeOf(character)}`,
  );
  return escaped.replace(ESCAPE, (all: string, octal?: string, ...rest: (string | undefined)[]) => {
    const code = rest[0] ?? rest[1] ?? rest[2];
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
    if (code !== undefined) return codePoint(Number.parseInt(code, 16), line);
    return single(all, rest[3] ?? '', line);
  });
}

function codePoint(code: number, line: number): string {
  if (code > 0x10ffff) throw new TemplateProblem('illegal Unicode character', line);
  return String.fromCodePoint(code);
}

function single(all: string, character: string, line: number): string {
  if (character === 'x') throw new TemplateProblem('truncated \\xXX escape', line);
  if (character === 'u') throw new TemplateProblem('truncated \\uXXXX escape', line);
  if (character === 'U') throw new TemplateProblem('truncated \\UXXXXXXXX escape', line);
  if (character === 'N') throw new TemplateProblem('\\N{...} is not supported here', line);
  if (character === '') throw new TemplateProblem('\\ at end of string', line);
  return SIMPLE[character] ?? all;
}
