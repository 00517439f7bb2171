/** How one version of YAML understands a plain (unquoted) scalar, in words: `number 10`, `text "yes"`. */
export interface Readings {
  readonly now: string;
  readonly old: string;
}

const TRUTH: Readonly<Record<string, boolean>> = {
  y: true,
  yes: true,
  on: true,
  n: false,
  no: false,
  off: false,
};
const WORD = /^(?:[yYnN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/;
const OLD_BINARY = /^[-+]?0b[01_]+$/;
const OLD_OCTAL = /^[-+]?0[0-7_]+$/;
const OLD_INTEGER = /^[-+]?(?:0|[1-9][0-9_]*)$/;
const OLD_HEX = /^[-+]?0x[0-9a-fA-F_]+$/;
const OLD_FLOAT = /^[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*(?:[eE][-+][0-9]+)?$/;
const OLD_BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const DATE =
  /^\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|[ \t]+)\d{1,2}:\d{2}:\d{2}(?:\.\d*)?[ \t]*(?:Z|[-+]\d{1,2}(?::?\d{2})?)?)?$/;
// Everything above begins with one of these and is short; most texts are ruled out by one look.
const SUSPECT = /^[-+.0-9yYnNoO]/;
const LONGEST = 64;

function signed(text: string, read: (digits: string) => number): number {
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '');
  return text.startsWith('-') ? -read(digits) : read(digits);
}

function base60(digits: string): number {
  return digits.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** What YAML 1.1 makes of a plain scalar that is none of the words: a number, a date, or `undefined` for text. */
function oldNumber(text: string): number | undefined {
  if (OLD_BINARY.test(text)) return signed(text, (digits) => Number.parseInt(digits.slice(2), 2));
  if (OLD_OCTAL.test(text)) return signed(text, (digits) => Number.parseInt(digits, 8));
  if (OLD_INTEGER.test(text)) return signed(text, Number);
  if (OLD_HEX.test(text)) return signed(text, (digits) => Number.parseInt(digits.slice(2), 16));
  if (OLD_BASE_60.test(text)) return signed(text, base60);
  if (/\d/.test(text) && OLD_FLOAT.test(text)) return signed(text, Number);
  return undefined;
}

function described(value: string | number): string {
  return typeof value === 'number' ? `the number ${value}` : `the text "${value}"`;
}

/**
 * Both readings of a plain scalar, when YAML 1.1 (PyYAML, Ruby and others) and YAML 1.2 (this program) differ;
 * `undefined` when they agree. `value` is the 1.2 reading.
 */
export function differingReadings(
  text: string,
  value: string | number | boolean | null,
): Readings | undefined {
  if (text.length > LONGEST || !SUSPECT.test(text)) return undefined;
  if (typeof value === 'string') {
    if (WORD.test(text)) return { now: described(value), old: String(TRUTH[text.toLowerCase()]) };
    if (DATE.test(text)) return { now: described(value), old: 'a date' };
  }
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  if (typeof value === 'number' && !Number.isFinite(value)) return undefined; // `.inf` and `.nan` are the same in both
  const old = oldNumber(text) ?? text;
  return old === value ? undefined : { now: described(value), old: described(old) };
}
