import { PyFunction } from './arguments.ts';
import { type Sides, strip, WHITE_SPACE } from './code-points.ts';
import { isTrue } from './comparison.ts';
import { checkText } from './limits.ts';
import { escapeHtml, PyMarkup, textOf } from './markup.ts';
import {
  boundMethod,
  type Method,
  type Methods,
  method,
  needInteger,
  needText,
  optionalText,
} from './method.ts';
import { typeError, valueError } from './py-exception.ts';
import { iterate } from './sequence.ts';
import {
  capitalize,
  expandTabs,
  isAllCase,
  isTitle,
  justify,
  swapCase,
  titleCase,
  zeroFill,
} from './string-case.ts';
import { countText, findText, hasAffix, replaceText } from './string-search.ts';
import { partition, splitFromRight, splitLines, splitText } from './string-split.ts';
import { typeName } from './type-name.ts';
import { isList, PyBytes, PyTuple, type PyValue } from './value.ts';

type StringMethod = Method<string>;

const plain = (act: (text: string) => PyValue): StringMethod => method('', (text) => act(text));

const matches = (pattern: RegExp): StringMethod => plain((text) => pattern.test(text));

const stripping = (sides: Sides): StringMethod =>
  method('?chars', (text, [characters]) => strip(text, sides, optionalText(characters)));

const justifying = (side: 'left' | 'right' | 'center'): StringMethod =>
  method('width ?fillchar', (text, [width, fill]) => {
    const character = fill === undefined ? ' ' : needText(fill);
    if ([...character].length !== 1)
      throw typeError('The fill character must be exactly one character long');
    return justify(text, side, { width: needInteger(width), character });
  });

const splitting = (split: typeof splitText): StringMethod =>
  method('?sep maxsplit', (text, [separator, limit]) =>
    split(text, optionalText(separator), needInteger(limit, -1)),
  );

const finding = (last: boolean): StringMethod =>
  method('sub ?start end', (text, given) => BigInt(findText(text, given, last)));

const indexing = (last: boolean): StringMethod =>
  method('sub ?start end', (text, given) => {
    const at = findText(text, given, last);
    if (at === -1) throw valueError('substring not found');
    return BigInt(at);
  });

/** `separator.join(items)`. */
function joinText(separator: string, items: PyValue): string {
  const parts: string[] = [];
  let size = 0;
  for (const item of iterate(items)) {
    const text = textOf(item);
    if (text === undefined)
      throw typeError(
        `sequence item ${parts.length}: expected str instance, ${typeName(item)} found`,
      );
    parts.push(text);
    size += text.length + separator.length;
    checkText(size);
  }
  return parts.join(separator);
}

const METHODS: Methods<string> = new Map(
  Object.entries<StringMethod>({
    capitalize: plain(capitalize),
    casefold: plain((text) => text.toLowerCase().replaceAll('ß', 'ss')),
    center: justifying('center'),
    count: method('sub ?start end', (text, given) => BigInt(countText(text, given))),
    encode: method('?encoding errors', (text) => new PyBytes(new TextEncoder().encode(text))),
    endswith: method('suffix ?start end', (text, given) => hasAffix(text, given, 'end')),
    expandtabs: method('?tabsize', (text, [size]) => expandTabs(text, needInteger(size, 8))),
    find: finding(false),
    index: indexing(false),
    isalnum: matches(/^[\p{L}\p{N}]+$/u),
    isalpha: matches(/^\p{L}+$/u),
    isascii: matches(/^[\0-\x7f]*$/),
    isdecimal: matches(/^\p{Nd}+$/u),
    isdigit: matches(/^[\p{Nd}²³¹⁰⁴-⁹₀-₉①-⑨]+$/u),
    isidentifier: matches(/^[\p{XIDS}_]\p{XIDC}*$/u),
    islower: plain((text) => isAllCase(text, 'lower')),
    isnumeric: matches(/^\p{N}+$/u),
    isprintable: plain((text) => !/[\p{C}\p{Z}]/u.test(text.replaceAll(' ', ''))),
    isspace: matches(new RegExp(`^[${WHITE_SPACE}]+$`)),
    istitle: plain(isTitle),
    isupper: plain((text) => isAllCase(text, 'upper')),
    join: method('iterable', (text, [items]) => joinText(text, items ?? null)),
    ljust: justifying('left'),
    lower: plain((text) => text.toLowerCase()),
    lstrip: stripping('left'),
    partition: method(
      'sep',
      (text, [separator]) => new PyTuple(partition(text, needText(separator), false)),
    ),
    removeprefix: method('prefix', (text, [prefix]) =>
      text.startsWith(needText(prefix)) ? text.slice(needText(prefix).length) : text,
    ),
    removesuffix: method('suffix', (text, [suffix]) =>
      text.endsWith(needText(suffix)) ? text.slice(0, text.length - needText(suffix).length) : text,
    ),
    replace: method('old new ?count', (text, [old, fresh, count]) =>
      replaceText(text, {
        old: needText(old),
        new: needText(fresh),
        count: needInteger(count, -1),
      }),
    ),
    rfind: finding(true),
    rindex: indexing(true),
    rjust: justifying('right'),
    rpartition: method(
      'sep',
      (text, [separator]) => new PyTuple(partition(text, needText(separator), true)),
    ),
    rsplit: splitting(splitFromRight),
    rstrip: stripping('right'),
    split: splitting(splitText),
    splitlines: method('?keepends', (text, [keep]) => splitLines(text, isTrue(keep ?? false))),
    startswith: method('prefix ?start end', (text, given) => hasAffix(text, given, 'start')),
    strip: stripping('both'),
    swapcase: plain(swapCase),
    title: plain(titleCase),
    upper: plain((text) => text.toUpperCase()),
    zfill: method('width', (text, [width]) => zeroFill(text, needInteger(width))),
  }),
);

/** A method of a str, ready to be called. */
export function stringMethod(text: string, name: string): PyFunction | undefined {
  return boundMethod(METHODS, text, name);
}

/** A method of marked HTML: what it makes is marked again, and what is put in is escaped. */
export function markupMethod(found: PyFunction, name: string): PyFunction {
  return new PyFunction(name, ({ positional, named }) => {
    const given =
      name === 'join'
        ? positional.map((items) => [...iterate(items)].map(escaped))
        : positional.map(escaped);
    const safe = new Map([...named].map(([key, value]) => [key, escaped(value)] as const));
    return marked(found.call({ positional: given, named: safe }));
  });
}

function escaped(value: PyValue): PyValue {
  return typeof value === 'string' ? escapeHtml(value) : value;
}

function marked(value: PyValue): PyValue {
  if (typeof value === 'string') return new PyMarkup(value);
  if (isList(value)) return value.map(marked);
  return value instanceof PyTuple ? new PyTuple(value.items.map(marked)) : value;
}
