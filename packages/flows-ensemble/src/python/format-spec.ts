import { charactersOf, lengthOf } from './code-points.ts';
import { dateFormat } from './date-format.ts';
import { floatText } from './float-text.ts';
import { formatFloat, groupDigits } from './format-number.ts';
import { checkText } from './limits.ts';
import { textOf } from './markup.ts';
import { toFloat } from './numbers.ts';
import { typeError, valueError } from './py-exception.ts';
import { str } from './text.ts';
import { typeName } from './type-name.ts';
import { PyDate, PyDateTime, type PyValue } from './value.ts';

const SPEC =
  /^(?:([\s\S])?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([bcdeEfFgGnosxX%])?$/u;

interface Spec {
  readonly fill: string;
  readonly align: string | undefined;
  readonly sign: string;
  readonly alternate: boolean;
  readonly width: number;
  readonly group: string;
  readonly precision: number | undefined;
  readonly type: string;
}

function parseSpec(text: string, value: PyValue): Spec {
  const found = SPEC.exec(text);
  if (found === null)
    throw valueError(`Invalid format specifier '${text}' for object of type '${typeName(value)}'`);
  const [, fill, align, sign = '', , alternate, zero, width, group = '', precision, type = ''] =
    found;
  const spec = {
    fill: fill ?? (zero !== undefined && align === undefined ? '0' : (zero ?? ' ')),
    align: align ?? (zero === undefined ? undefined : '='),
    sign,
    alternate: alternate !== undefined,
    width: Number(width ?? 0),
    group,
    precision: precision === undefined ? undefined : Number(precision),
    type,
  };
  checkText(spec.width + (spec.precision ?? 0));
  return spec;
}

function align(
  spec: Spec,
  parts: readonly [sign: string, body: string],
  otherwise: string,
): string {
  const [sign, body] = parts;
  const gap = Math.max(0, spec.width - lengthOf(sign) - lengthOf(body));
  const padding = spec.fill.repeat(gap);
  switch (spec.align ?? otherwise) {
    case '<':
      return sign + body + padding;
    case '^': {
      const left = Math.floor(gap / 2);
      return spec.fill.repeat(left) + sign + body + spec.fill.repeat(gap - left);
    }
    case '=':
      return sign + padding + body;
    default:
      return padding + sign + body;
  }
}

/** `format(value, spec)`. */
export function formatValue(value: PyValue, specText: string): string {
  if (value instanceof PyDate || value instanceof PyDateTime)
    return specText === '' ? str(value) : dateFormat(value, specText);
  if (specText === '') return str(value);
  const text = textOf(value);
  if (text !== undefined) return formatString(parseSpec(specText, value), text);
  switch (typeof value) {
    case 'boolean': {
      const spec = parseSpec(specText, value);
      return spec.type === '' && !'=0'.includes(spec.align ?? ' ')
        ? formatInteger(spec, BigInt(value))
        : formatInteger(spec, BigInt(value));
    }
    case 'bigint':
      return formatInteger(parseSpec(specText, value), value);
    case 'number':
      return formatNumber(parseSpec(specText, value), value);
    default:
      throw typeError(`unsupported format string passed to ${typeName(value)}.__format__`);
  }
}

function unknownType(spec: Spec, type: string): never {
  throw valueError(`Unknown format code '${spec.type}' for object of type '${type}'`);
}

function formatString(spec: Spec, text: string): string {
  if (spec.type !== '' && spec.type !== 's') unknownType(spec, 'str');
  if (spec.sign !== '') throw valueError('Sign not allowed in string format specifier');
  if (spec.align === '=' && spec.fill !== '0')
    throw valueError("'=' alignment not allowed in string format specifier");
  const cut =
    spec.precision === undefined ? text : charactersOf(text).slice(0, spec.precision).join('');
  return align(spec.align === '=' ? { ...spec, align: '<' } : spec, ['', cut], '<');
}

const RADIX: Readonly<Record<string, number>> = { b: 2, o: 8, x: 16, X: 16, d: 10, n: 10, '': 10 };

function signOf(spec: Spec, negative: boolean): string {
  if (negative) return '-';
  return spec.sign === '-' ? '' : spec.sign;
}

function formatInteger(spec: Spec, value: bigint): string {
  if (spec.type === 'c') return align(spec, ['', String.fromCodePoint(Number(value))], '<');
  if ('eEfFgG%'.includes(spec.type) && spec.type !== '') return formatNumber(spec, toFloat(value));
  const radix = RADIX[spec.type] ?? unknownType(spec, 'int');
  if (spec.precision !== undefined)
    throw valueError('Precision not allowed in integer format specifier');
  const digits = (value < 0n ? -value : value).toString(radix);
  const prefix = spec.alternate && radix !== 10 ? `0${spec.type}` : '';
  const cased = spec.type === 'X' ? digits.toUpperCase() : digits;
  return grouped(spec, [signOf(spec, value < 0n) + prefix, cased], radix === 10 ? 3 : 4);
}

/** Groups digits, also those that a zero fill puts in front. */
function grouped(
  spec: Spec,
  [sign, body]: readonly [sign: string, body: string],
  size: number,
): string {
  if (spec.group === '') return align(spec, [sign, body], '>');
  let text = body;
  if (spec.fill === '0' && spec.align === '=') {
    const separated = (digits: string): string => groupDigits(digits, spec.group, size);
    const room = spec.width - sign.length;
    while (separated(`0${text}`).length <= room) text = `0${text}`;
    const full = separated(text);
    return sign + (full.length < room ? `0${full}` : full);
  }
  return align(spec, [sign, groupDigits(text, spec.group, size)], '>');
}

function formatNumber(spec: Spec, value: number): string {
  const negative = value < 0 || Object.is(value, -0);
  const text = numberText(spec, Math.abs(value));
  return grouped(spec, [signOf(spec, negative), text], 3);
}

function numberText(spec: Spec, size: number): string {
  const options = { precision: spec.precision ?? 6, alternate: spec.alternate };
  switch (spec.type) {
    case '%':
      return `${formatFloat(size * 100, 'f', options)}%`;
    case '':
      return spec.precision === undefined ? floatText(size) : shortText(size, spec.precision);
    case 'n':
      return formatFloat(size, 'g', options);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      return formatFloat(size, spec.type, options);
    default:
      return unknownType(spec, 'float');
  }
}

/** Like `g`, but with a digit behind the point, and an exponent already from `precision` digits on. */
function shortText(size: number, precision: number): string {
  const text = formatFloat(size, 'g', { precision, alternate: false });
  if (/[e.nf]/.test(text)) return text;
  return text.length >= Math.max(precision, 1) && size !== 0
    ? formatFloat(size, 'e', { precision: Math.max(precision, 1) - 1, alternate: false }).replace(
        /\.?0+e/,
        'e',
      )
    : `${text}.0`;
}
