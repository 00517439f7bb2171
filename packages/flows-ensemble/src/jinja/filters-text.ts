import { calculate } from '../python/arithmetic.ts';
import { charactersOf, lengthOf, strip, WHITE_SPACE } from '../python/code-points.ts';
import { isTrue, refuseOperation } from '../python/comparison.ts';
import { checkText } from '../python/limits.ts';
import { PyMarkup, textOf } from '../python/markup.ts';
import { needInteger, needText, optionalText } from '../python/method.ts';
import { percentFormat } from '../python/percent-format.ts';
import { attributeError, indexError, PyException } from '../python/py-exception.ts';
import { iterate, length } from '../python/sequence.ts';
import { capitalize, justify } from '../python/string-case.ts';
import { replaceText } from '../python/string-search.ts';
import { splitLines } from '../python/string-split.ts';
import { str } from '../python/text.ts';
import { typeName } from '../python/type-name.ts';
import { isList, PyDict, PyTuple, type PyValue } from '../python/value.ts';
import { getter } from './attribute-getter.ts';
import { type Filter, filter, rawFilter } from './filter.ts';
import type { Render } from './render.ts';
import { wrapText } from './wrap-text.ts';

type Given = readonly (PyValue | undefined)[];

/** Works on `str(value)`; marked HTML stays marked. */
function onText(value: PyValue, act: (text: string) => string): PyValue {
  const result = act(str(value));
  return value instanceof PyMarkup ? new PyMarkup(result) : result;
}

const simple = (act: (text: string) => string): Filter =>
  filter('', (_render, value) => onText(value, act));

const WORD_START = new RegExp(`([-${WHITE_SPACE}({[<]+)`);

/** Most texts: their capitals are found without looking into Unicode. */
const ASCII = /^[ -~]*$/;
const ASCII_START = /(^|[- ({[<])([a-z])/g;

function title(text: string): string {
  if (ASCII.test(text))
    return text
      .toLowerCase()
      .replace(ASCII_START, (_all, before: string, first: string) => before + first.toUpperCase());
  return text
    .split(WORD_START)
    .map((part) => {
      const [first = ''] = part;
      return first.toUpperCase() + part.slice(first.length).toLowerCase();
    })
    .join('');
}

const WORD = /[\p{L}\p{N}_]+/gu;

/** A str, as methods of it are called on the value. */
function needString(value: PyValue, method: string): string {
  const text = textOf(value);
  refuseOperation(value);
  if (text === undefined)
    throw attributeError(`'${typeName(value)}' object has no attribute '${method}'`);
  return text;
}

function indent(value: PyValue, [width = 4n, first, blank]: Given): PyValue {
  const indention = textOf(width) ?? ' '.repeat(Math.max(0, needInteger(width)));
  // Adding the line end is what fails for anything but a str.
  // A list takes the line end as one more item, and fails only then.
  const text = needString(isList(value) ? value : calculate('+', value, '\n'), 'splitlines');
  const lines = splitLines(text);
  checkText(text.length + lines.length * indention.length);
  const keepBlank = isTrue(blank ?? false);
  if (lines.length === 0 && !keepBlank) throw indexError('pop from empty list');
  const [head = '', ...more] = lines;
  const indented = more.map((line) => (line !== '' || keepBlank ? indention + line : line));
  const result = [isTrue(first ?? false) ? indention + head : head, ...indented].join('\n');
  return value instanceof PyMarkup ? new PyMarkup(result) : result;
}

function truncate(value: PyValue, given: Given): PyValue {
  const [size, kill, endText = '...', slack] = given;
  const room = needInteger(size, 255);
  const leeway = slack === null ? 5 : needInteger(slack, 5);
  const end = needText(endText);
  const assert = (good: boolean, message: string): void => {
    if (!good) throw new PyException('AssertionError', message);
  };
  assert(room >= lengthOf(end), `expected length >= ${lengthOf(end)}, got ${room}`);
  assert(leeway >= 0, `expected leeway >= 0, got ${leeway}`);
  if (length(value) <= room + leeway) return value;
  const characters = charactersOf(needString(value, 'rsplit'));
  const cut = characters.slice(0, room - lengthOf(end)).join('');
  if (isTrue(kill ?? false)) return cut + end;
  const space = cut.lastIndexOf(' ');
  return (space === -1 ? cut : cut.slice(0, space)) + end;
}

function join(render: Render, value: PyValue, [separator = '', attribute]: Given): PyValue {
  const valueIn = getter(render, attribute);
  if (render.autoescape) return joinEscaped(render, [...iterate(value)].map(valueIn), separator);
  const between = str(separator);
  let result = '';
  let isFirst = true;
  for (const item of iterate(value)) {
    if (!isFirst) result += between;
    isFirst = false;
    result += str(valueIn(item));
    checkText(result.length);
  }
  return result;
}

/** Marked HTML among the items or between them makes all of it marked HTML. */
function joinEscaped(render: Render, items: readonly PyValue[], separator: PyValue): PyValue {
  const marked = [separator, ...items].some((item) => item instanceof PyMarkup);
  const text = (item: PyValue): string => (marked ? render.shown(item) : str(item));
  const joined = items.map(text).join(text(separator));
  checkText(joined.length);
  return marked ? new PyMarkup(joined) : joined;
}

function format(value: PyValue, given: Parameters<NonNullable<Filter['raw']>>[2]): PyValue {
  const { positional, named } = given;
  if (positional.length > 0 && named.size > 0)
    throw new PyException(
      'FilterArgumentError',
      "can't handle positional and keyword arguments at the same time",
    );
  const values = named.size > 0 ? new PyDict(named) : new PyTuple(positional);
  const isMarkup = value instanceof PyMarkup;
  const result = percentFormat(str(value), values, isMarkup);
  return isMarkup ? new PyMarkup(result) : result;
}

function replace(value: PyValue, [old = null, fresh = null, count]: Given): PyValue {
  const times = count === undefined || count === null ? -1 : needInteger(count);
  const change = { old: str(old), new: str(fresh), count: times };
  const result = replaceText(str(value), change);
  checkText(result.length);
  return result;
}

function wordWrap(value: PyValue, given: Given): PyValue {
  const [width, breakLong, separator, breakHyphens] = given;
  const text = needString(value, 'splitlines');
  const between = optionalText(separator) ?? '\n';
  return splitLines(text)
    .map((line) =>
      wrapText(line, {
        width: needInteger(width, 79),
        breakLongWords: isTrue(breakLong ?? true),
        breakOnHyphens: isTrue(breakHyphens ?? true),
      }).join(between),
    )
    .join(between);
}

/** Filters on text. */
export const TEXT_FILTERS: Readonly<Record<string, Filter>> = {
  capitalize: simple(capitalize),
  center: filter('?width', (_render, value, [width]) =>
    onText(value, (text) =>
      justify(text, 'center', { width: needInteger(width, 80), character: ' ' }),
    ),
  ),
  format: rawFilter((_render, value, given) => format(value, given)),
  indent: filter('?width first blank', (_render, value, given) => indent(value, given)),
  join: filter('?d attribute', join),
  lower: simple((text) => text.toLowerCase()),
  replace: filter('old new ?count', (_render, value, given) => replace(value, given)),
  string: filter('', (_render, value) => (value instanceof PyMarkup ? value : str(value))),
  title: filter('', (_render, value) => title(str(value))),
  trim: filter('?chars', (_render, value, [characters]) =>
    onText(value, (text) => strip(text, 'both', optionalText(characters))),
  ),
  truncate: filter('?length killwords end leeway', (_render, value, given) =>
    truncate(value, given),
  ),
  upper: simple((text) => text.toUpperCase()),
  wordcount: filter('', (_render, value) => BigInt(str(value).match(WORD)?.length ?? 0)),
  wordwrap: filter('?width break_long_words wrapstring break_on_hyphens', (_render, value, given) =>
    wordWrap(value, given),
  ),
};
