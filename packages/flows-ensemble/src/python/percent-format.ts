import { charactersOf, lengthOf } from './code-points.ts';
import { refuseOperation } from './comparison.ts';
import { formatFloat } from './format-number.ts';
import { checkText, MAX_TEXT } from './limits.ts';
import { escapeHtml, PyMarkup } from './markup.ts';
import { numberOf, toFloat, truncate } from './numbers.ts';
import { keyError, typeError, valueError } from './py-exception.ts';
import { repr, str } from './text.ts';
import { typeName } from './type-name.ts';
import { PyUndefined } from './undefined.ts';
import { isList, PyDict, PyTuple, type PyValue } from './value.ts';

const SPECIFIER =
  /%(?:\(((?:[^()]|\([^()]*\))*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?[hlL]?([\s\S]|$)/gu;

interface Specifier {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly type: string;
}

/** Hands out the values of `text % values`, one after the other or by name. */
class Values {
  readonly #given: PyValue;
  readonly #list: readonly PyValue[];
  #next = 0;
  #named = false;

  constructor(given: PyValue) {
    this.#given = given;
    this.#list = given instanceof PyTuple ? given.items : [given];
  }

  take(): PyValue {
    const value = this.#list[this.#next];
    if (value === undefined) throw typeError('not enough arguments for format string');
    this.#next += 1;
    return value;
  }

  byName(name: string): PyValue {
    if (!(this.#given instanceof PyDict)) throw typeError('format requires a mapping');
    this.#named = true;
    const value = this.#given.get(name);
    if (value === undefined) throw keyError(name);
    return value;
  }

  integer(): number {
    const value = this.take();
    if (typeof value !== 'bigint') throw typeError('* wants int');
    return Number(value);
  }

  finish(): void {
    // What can be indexed by a name may be there for names that the format does not use.
    const used = this.#named || this.#given instanceof PyDict || this.#given instanceof PyUndefined;
    if (!used && this.#next < this.#list.length && !isList(this.#given))
      throw typeError('not all arguments converted during string formatting');
  }
}

/** `text % values`; `safe` is for marked HTML, which escapes what is put in. */
export function percentFormat(text: string, values: PyValue, safe = false): string {
  const { pieces, fixed } = parsed(text);
  if (fixed !== undefined && values instanceof PyTuple) {
    const filled = fill(fixed, values.items, safe);
    if (filled !== undefined) return filled;
  }
  const source = new Values(values);
  let result = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') result += piece;
    else result += formatOne(specifierOf(piece, source), valueFor(piece, source), safe);
  }
  source.finish();
  return result;
}

/** {@link percentFormat} of a text that is used again and again, with values that are given in order. */
export function percentFormatter(text: string): (values: readonly PyValue[]) => string {
  let format: Format | undefined;
  return (values) => {
    format ??= parsed(text);
    const filled = format.fixed === undefined ? undefined : fill(format.fixed, values, false);
    return filled ?? percentFormat(text, new PyTuple(values));
  };
}

/** The usual case: as many values as there are specifiers, whose sizes are known. `undefined` where it is not that. */
function fill(
  fixed: readonly (string | Specifier)[],
  values: readonly PyValue[],
  safe: boolean,
): string | undefined {
  let result = '';
  let next = 0;
  for (const piece of fixed) {
    if (typeof piece === 'string') {
      result += piece;
      continue;
    }
    const value = values[next];
    if (value === undefined) return undefined;
    next += 1;
    result += formatOne(piece, value, safe);
  }
  return next === values.length ? result : undefined;
}

/** A specifier as it is written; `*` takes its number from the values. */
interface Piece {
  readonly name: string | undefined;
  readonly flags: string;
  readonly width: number | '*';
  readonly precision: number | '*' | undefined;
  readonly type: string;
}

function sizeOf(text: string | undefined): number | '*' | undefined {
  if (text === undefined || text === '*') return text;
  const size = Number(text);
  checkText(size);
  return size;
}

const MAX_PARSED = 500;

/** Formats that were read already: a template uses the same few again and again. */
const PARSED = new Map<string, Format>();

interface Format {
  readonly pieces: readonly (string | Piece)[];
  /** The same, where no specifier takes its name or a size from the values. */
  readonly fixed: readonly (string | Specifier)[] | undefined;
}

function parsed(text: string): Format {
  const known = PARSED.get(text);
  if (known !== undefined) return known;
  const pieces = [...piecesOf(text)];
  const format = { pieces, fixed: fixedPieces(pieces) };
  if (PARSED.size >= MAX_PARSED) PARSED.clear();
  PARSED.set(text, format);
  return format;
}

function fixedPieces(
  pieces: readonly (string | Piece)[],
): readonly (string | Specifier)[] | undefined {
  const fixed: (string | Specifier)[] = [];
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      if (piece !== '') fixed.push(piece);
      continue;
    }
    const { name, flags, width, precision, type } = piece;
    if (name !== undefined || type === '' || width === '*' || precision === '*') return undefined;
    if (width + (precision ?? 0) > MAX_TEXT) return undefined;
    fixed.push({ flags, width, precision, type });
  }
  return fixed;
}

function* piecesOf(text: string): Generator<string | Piece> {
  let from = 0;
  for (const found of text.matchAll(SPECIFIER)) {
    const [all, name, flags = '', width, precision, type = ''] = found;
    yield text.slice(from, found.index);
    from = found.index + all.length;
    if (type === '%') yield '%';
    else yield { name, flags, width: sizeOf(width) ?? 0, precision: sizeOf(precision), type };
  }
  yield text.slice(from);
}

function specifierOf(piece: Piece, source: Values): Specifier {
  const { flags, type } = piece;
  if (type === '') throw valueError('incomplete format');
  const width = piece.width === '*' ? source.integer() : piece.width;
  const precision = piece.precision === '*' ? source.integer() : piece.precision;
  checkText(Math.abs(width) + (precision ?? 0));
  return { flags: width < 0 ? `${flags}-` : flags, width: Math.abs(width), precision, type };
}

function valueFor(piece: Piece, source: Values): PyValue {
  return piece.name === undefined ? source.take() : source.byName(piece.name);
}

function formatOne(specifier: Specifier, value: PyValue, safe: boolean): string {
  const { type, precision } = specifier;
  switch (type) {
    case 's':
    case 'r':
    case 'a':
      return padText(specifier, cut(plain(type, value, safe), precision));
    case 'c':
      return padText(specifier, character(value));
    case 'd':
    case 'i':
    case 'u':
      return padNumber(specifier, minimumDigits(decimal(value), precision));
    case 'x':
    case 'X':
    case 'o':
      return padNumber(specifier, radix(specifier, value));
    default:
      if ('eEfFgG'.includes(type)) return padNumber(specifier, float(specifier, value));
      throw valueError(`unsupported format character '${type}'`);
  }
}

function plain(type: string, value: PyValue, safe: boolean): string {
  const text = type === 's' ? str(value) : repr(value);
  return safe && !(value instanceof PyMarkup) ? escapeHtml(text) : text;
}

function cut(text: string, length: number | undefined): string {
  return length === undefined ? text : charactersOf(text).slice(0, length).join('');
}

function character(value: PyValue): string {
  if (typeof value === 'bigint') return String.fromCodePoint(Number(value));
  if (typeof value === 'string' && lengthOf(value) === 1) return value;
  throw typeError('%c requires int or char');
}

function decimal(value: PyValue): bigint {
  const number = numberOf(value);
  if (number === undefined) {
    refuseOperation(value);
    throw typeError(`%d format: a real number is required, not ${typeName(value)}`);
  }
  return typeof number === 'bigint' ? number : truncate(number);
}

function minimumDigits(value: bigint, precision = 0): string {
  const digits = (value < 0n ? -value : value).toString().padStart(precision, '0');
  return (value < 0n ? '-' : '') + digits;
}

function radix(specifier: Specifier, value: PyValue): string {
  const number = numberOf(value);
  if (typeof number !== 'bigint')
    throw typeError(`%${specifier.type} format: an integer is required, not ${typeName(value)}`);
  const lower = specifier.type.toLowerCase();
  const size = number < 0n ? -number : number;
  const digits = size.toString(lower === 'o' ? 8 : 16).padStart(specifier.precision ?? 0, '0');
  const prefix = specifier.flags.includes('#') ? `0${lower}` : '';
  const text = prefix + digits;
  return (number < 0n ? '-' : '') + (lower === specifier.type ? text : text.toUpperCase());
}

function float(specifier: Specifier, value: PyValue): string {
  const number = numberOf(value);
  if (number === undefined) {
    refuseOperation(value);
    throw typeError(`must be real number, not ${typeName(value)}`);
  }
  return formatFloat(toFloat(number), specifier.type, {
    precision: specifier.precision ?? 6,
    alternate: specifier.flags.includes('#'),
  });
}

function padText({ flags, width }: Specifier, text: string): string {
  if (width === 0) return text;
  const gap = ' '.repeat(Math.max(0, width - lengthOf(text)));
  return flags.includes('-') ? text + gap : gap + text;
}

function padNumber(specifier: Specifier, text: string): string {
  const { flags, width } = specifier;
  if (flags === '') return text.length >= width ? text : text.padStart(width);
  const negative = text.startsWith('-');
  const digits = negative ? text.slice(1) : text;
  const plus = flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const sign = negative ? '-' : plus;
  if (!flags.includes('0') || flags.includes('-')) return padText(specifier, sign + digits);
  const prefix = /^0[xXoO]/.exec(digits)?.[0] ?? '';
  const body = digits.slice(prefix.length);
  return sign + prefix + body.padStart(width - sign.length - prefix.length, '0');
}
