import { floatText } from './float-text.ts';
import { PyMarkup } from './markup.ts';
import { PyException, valueError } from './py-exception.ts';
import {
  isList,
  isPyObject,
  PyBytes,
  PyDate,
  PyDateTime,
  PyDict,
  PySet,
  PyTuple,
  type PyValue,
} from './value.ts';

/** Python refuses to write larger integers since 3.11 (`sys.get_int_max_str_digits`). */
const MAX_INTEGER_DIGITS = 4300;

const MAX_NESTING = 900;

/** JavaScript writes its small numbers faster than its integers of any size. */
const MAX_QUICK = 1_000_000_000;

function integerText(value: bigint): string {
  const number = Number(value);
  if (number > -MAX_QUICK && number < MAX_QUICK) return String(number);
  const text = value.toString();
  if (text.length > MAX_INTEGER_DIGITS && text.replace('-', '').length > MAX_INTEGER_DIGITS)
    throw valueError(
      `Exceeds the limit (${MAX_INTEGER_DIGITS} digits) for integer string conversion`,
    );
  return text;
}

/** `str(value)`. */
export function str(value: PyValue): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return floatText(value);
    case 'bigint':
      return integerText(value);
    default:
      return otherText(value);
  }
}

function otherText(value: PyValue): string {
  if (value instanceof PyDate || value instanceof PyDateTime) return value.text;
  if (isPyObject(value)) return value.text();
  return repr(value);
}

/** `repr(value)`. */
export function repr(value: PyValue): string {
  return shown(value, []);
}

function shown(value: PyValue, inside: readonly PyValue[]): string {
  switch (typeof value) {
    case 'string':
      return stringRepr(value);
    case 'bigint':
      return integerText(value);
    case 'number':
      return floatText(value);
    case 'boolean':
      return value ? 'True' : 'False';
    default:
      return value === null ? 'None' : objectRepr(value, inside);
  }
}

function objectRepr(value: PyValue & object, inside: readonly PyValue[]): string {
  if (value instanceof PyBytes) return bytesRepr(value);
  if (value instanceof PyDate || value instanceof PyDateTime) return dateRepr(value);
  if (value instanceof PyMarkup) return `Markup(${stringRepr(value.value)})`;
  if (isList(value) || value instanceof PyTuple || value instanceof PyDict)
    return containerRepr(value, inside);
  if (value instanceof PySet) return setRepr(value, inside);
  if (isPyObject(value)) return value.repr?.() ?? value.text();
  return containerRepr(value, inside);
}

function containerRepr(
  value: readonly PyValue[] | PyTuple | PyDict,
  inside: readonly PyValue[],
): string {
  if (inside.includes(value)) return value instanceof PyDict ? '{...}' : '[...]';
  if (inside.length > MAX_NESTING)
    throw new PyException('RecursionError', 'maximum recursion depth exceeded');
  const around = [...inside, value];
  if (value instanceof PyDict) {
    const entries = value.entries().map((entry) => entry.map((item) => shown(item, around)));
    return `{${entries.map(([key, item]) => `${key}: ${item}`).join(', ')}}`;
  }
  if (!(value instanceof PyTuple)) return `[${itemsRepr(value, around)}]`;
  const items = itemsRepr(value.items, around);
  return value.items.length === 1 ? `(${items},)` : `(${items})`;
}

function itemsRepr(items: readonly PyValue[], inside: readonly PyValue[]): string {
  let text = '';
  for (const [at, item] of items.entries()) text += (at === 0 ? '' : ', ') + shown(item, inside);
  return text;
}

function setRepr(value: PySet, inside: readonly PyValue[]): string {
  const items = value.items.map((item) => shown(item, inside));
  return items.length === 0 ? 'set()' : `{${items.join(', ')}}`;
}

const UNPRINTABLE = /[\\'\p{C}\p{Z}]/u;
const ESCAPED = /[\\\p{C}\p{Z}]/gu;

const NAMED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  ' ': ' ',
};

function hex(code: number): string {
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}

/** Whether a text is one of most: they are shown as they are. */
function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 || unit > 0x7e || unit === QUOTE || unit === BACKSLASH) return false;
  }
  return true;
}

const QUOTE = 0x27;
const BACKSLASH = 0x5c;

function stringRepr(value: string): string {
  if (isPlain(value)) return `'${value}'`;
  if (!UNPRINTABLE.test(value)) return `'${value}'`;
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  const text = value.replace(
    ESCAPED,
    (character) => NAMED[character] ?? hex(character.codePointAt(0) ?? 0),
  );
  return quote + (quote === "'" ? text.replaceAll("'", "\\'") : text) + quote;
}

function bytesRepr(value: PyBytes): string {
  const text = [...value.bytes].map((byte) => String.fromCharCode(byte)).join('');
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(/[^ -~]|\\|'/g, (character) => {
    if (character === "'") return quote === "'" ? "\\'" : character;
    const named = NAMED[character];
    return named ?? hex(character.charCodeAt(0));
  });
  return `b${quote}${escaped}${quote}`;
}

function dateRepr(value: PyDate | PyDateTime): string {
  if (value instanceof PyDate) return `datetime.date(${value.year}, ${value.month}, ${value.day})`;
  const { date, hour, minute, second, microsecond, offsetMinutes } = value;
  const parts: (number | string)[] = [date.year, date.month, date.day, hour, minute];
  if (second !== 0 || microsecond !== 0) parts.push(second);
  if (microsecond !== 0) parts.push(microsecond);
  if (offsetMinutes !== undefined) parts.push(`tzinfo=${zoneRepr(offsetMinutes)}`);
  return `datetime.datetime(${parts.join(', ')})`;
}

function zoneRepr(minutes: number): string {
  if (minutes === 0) return 'datetime.timezone.utc';
  const days = Math.floor(minutes / 1440);
  const seconds = (minutes - days * 1440) * 60;
  const day = days === 0 ? '' : `days=${days}, `;
  return `datetime.timezone(datetime.timedelta(${day}seconds=${seconds}))`;
}
