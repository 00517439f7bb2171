import { calculate } from '../python/arithmetic.ts';
import { attributeOf } from '../python/attribute.ts';
import { equals, inOrder, isTrue, refuseOperation } from '../python/comparison.ts';
import { DictView } from '../python/dict-view.ts';
import { floorDivide, modulo } from '../python/division.ts';
import { PyIterator, pullFrom } from '../python/iterator.ts';
import { checkItems } from '../python/limits.ts';
import { textOf } from '../python/markup.ts';
import { needInteger } from '../python/method.ts';
import { attributeError, PyException, typeError } from '../python/py-exception.ts';
import { checkHashable, indexed, iterable, iterate, length } from '../python/sequence.ts';
import { sortValues } from '../python/sort.ts';
import { typeName } from '../python/type-name.ts';
import { PyUndefined } from '../python/undefined.ts';
import { isList, PyDict, PyTuple, type PyValue } from '../python/value.ts';
import { getter, ignoreCase, multiGetter } from './attribute-getter.ts';
import { countingFilter, type Filter, filter } from './filter.ts';
import type { Render } from './render.ts';

type Given = readonly (PyValue | undefined)[];

function filterArgument(message: string): PyException {
  return new PyException('FilterArgumentError', message);
}

function* batches(value: PyValue, size: number, fill: PyValue): Generator<PyValue> {
  let batch: PyValue[] = [];
  for (const item of iterate(value)) {
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
    batch.push(item);
  }
  if (batch.length === 0) return;
  if (fill !== null) while (batch.length < size) batch.push(fill);
  yield batch;
}

function* slices(value: PyValue, count: PyValue, fill: PyValue): Generator<PyValue> {
  const items = [...iterate(value)];
  const wanted = BigInt(needInteger(count));
  const size = Number(floorDivide(BigInt(items.length), wanted));
  const longer = Number(modulo(BigInt(items.length), wanted));
  let from = 0;
  for (let slice = 0; slice < Number(wanted); slice += 1) {
    const to = from + size + (slice < longer ? 1 : 0);
    const part = items.slice(from, to);
    if (fill !== null && slice >= longer) part.push(fill);
    yield part;
    from = to;
  }
}

function dictItems(value: PyValue): readonly PyValue[] {
  if (value instanceof PyDict) return value.items();
  const method = attributeOf(value, 'items');
  refuseOperation(value);
  if (method === undefined)
    throw attributeError(`'${typeName(value)}' object has no attribute 'items'`);
  throw typeError(`'${typeName(value)}' is not a mapping`);
}

function itemAt(item: PyValue, place: number): PyValue {
  return item instanceof PyTuple ? (item.items[place] ?? null) : null;
}

function dictSort(value: PyValue, [caseSensitive, by = 'key', reverse]: Given): PyValue {
  if (by !== 'key' && by !== 'value')
    throw filterArgument('You can only sort by either "key" or "value"');
  const place = by === 'key' ? 0 : 1;
  const sensitive = isTrue(caseSensitive ?? false);
  return sortValues(dictItems(value), {
    keyOf: (item) => (sensitive ? itemAt(item, place) : ignoreCase(itemAt(item, place))),
    reverse: isTrue(reverse ?? false),
  });
}

function firstOf(render: Render, value: PyValue): PyValue {
  for (const item of iterate(value)) return item;
  return render.undefined('No first item, sequence was empty.');
}

function reversedItems(value: PyValue): readonly PyValue[] | undefined {
  const items = indexed(value);
  if (items !== undefined) return [...items].reverse();
  const reversible =
    value instanceof PyDict || value instanceof DictView || typeName(value) === 'range';
  return reversible ? [...iterate(value)].reverse() : undefined;
}

function lastOf(render: Render, value: PyValue): PyValue {
  const last = isList(value) ? value.at(-1) : undefined;
  if (last !== undefined) return last;
  const items = value instanceof PyUndefined ? [...iterate(value)] : reversedItems(value);
  if (items === undefined) throw typeError(`'${typeName(value)}' object is not reversible`);
  return items[0] ?? render.undefined('No last item, sequence was empty.');
}

function reverse(value: PyValue): PyValue {
  const text = textOf(value);
  if (text !== undefined) return [...text].reverse().join('');
  const items = reversedItems(value);
  if (items !== undefined) return new PyIterator(pullFrom(items), 'list_reverseiterator');
  if (iterable(value) === undefined) throw filterArgument('argument must be iterable');
  return [...iterate(value)].reverse();
}

function groupBy(render: Render, value: PyValue, given: Given): PyValue {
  const [attribute, otherwise, sensitive] = given;
  const caseSensitive = isTrue(sensitive ?? false);
  const keyOf = getter(render, attribute, { caseSensitive, otherwise });
  const shownKey = getter(render, attribute, { otherwise });
  const groups: { readonly key: PyValue; readonly items: PyValue[] }[] = [];
  for (const item of sortValues(iterate(value), { keyOf, reverse: false })) {
    const key = keyOf(item);
    const last = groups.at(-1);
    if (last !== undefined && equals(last.key, key)) last.items.push(item);
    else groups.push({ key, items: [item] });
  }
  return groups.map(
    ({ items, key }) =>
      new PyTuple([caseSensitive ? key : shownKey(items[0] ?? null), items], ['grouper', 'list']),
  );
}

function sortFilter(render: Render, value: PyValue, given: Given): PyValue {
  const [down, sensitive, attribute] = given;
  return sortValues(iterate(value), {
    keyOf: multiGetter(render, attribute, { caseSensitive: isTrue(sensitive ?? false) }),
    reverse: isTrue(down ?? false),
  });
}

function* unique(render: Render, value: PyValue, given: Given): Generator<PyValue> {
  const [sensitive, attribute] = given;
  const keyOf = getter(render, attribute, { caseSensitive: isTrue(sensitive ?? false) });
  const seen = new PyDict();
  for (const item of iterate(value)) {
    const key = keyOf(item);
    checkHashable(key);
    if (!seen.has(key)) {
      seen.set(key, null);
      yield item;
    }
  }
}

function extreme(operator: '<' | '>'): Filter {
  return filter('?case_sensitive attribute', (render, value, [sensitive, attribute]) => {
    const keyOf = getter(render, attribute, { caseSensitive: isTrue(sensitive ?? false) });
    let best: { readonly item: PyValue; readonly key: PyValue } | undefined;
    for (const item of iterate(value)) {
      const key = keyOf(item);
      if (best === undefined || inOrder(key, operator, best.key)) best = { item, key };
    }
    return best === undefined
      ? render.undefined('No aggregated item, sequence was empty.')
      : best.item;
  });
}

function sum(render: Render, value: PyValue, [attribute, start = 0n]: Given): PyValue {
  const valueIn = getter(render, attribute);
  if (typeof start === 'string')
    throw typeError("sum() can't sum strings [use ''.join(seq) instead]");
  let total: PyValue = start;
  for (const item of iterate(value)) total = calculate('+', total, valueIn(item));
  return total;
}

function items(value: PyValue): PyValue {
  if (value instanceof PyUndefined) return new PyIterator(pullFrom([]));
  return new PyIterator(pullFrom(pairs(value)));
}

function* pairs(value: PyValue): Generator<PyValue> {
  if (!(value instanceof PyDict)) throw typeError('Can only get item pairs from a mapping.');
  yield* new DictView(value, 'items').iterate();
}

function listOf(value: PyValue): readonly PyValue[] {
  const all = [...iterate(value)];
  checkItems(all.length);
  return all;
}

/** Filters on lists and dicts. */
export const SEQUENCE_FILTERS: Readonly<Record<string, Filter>> = {
  batch: filter(
    'linecount ?fill_with',
    (_render, value, [size = null, fill = null]) =>
      new PyIterator(pullFrom(batches(value, needInteger(size), fill))),
  ),
  count: countingFilter(length),
  dictsort: filter('?case_sensitive by reverse', (_render, value, given) => dictSort(value, given)),
  first: filter('', firstOf),
  groupby: filter('attribute ?default case_sensitive', groupBy),
  items: filter('', (_render, value) => items(value)),
  last: filter('', lastOf),
  length: countingFilter(length),
  list: filter('', (_render, value) => listOf(value)),
  max: extreme('>'),
  min: extreme('<'),
  reverse: filter('', (_render, value) => reverse(value)),
  slice: filter(
    'slices ?fill_with',
    (_render, value, [count = null, fill = null]) =>
      new PyIterator(pullFrom(slices(value, count, fill))),
  ),
  sort: filter('?reverse case_sensitive attribute', sortFilter),
  sum: filter('?attribute start', sum),
  unique: filter(
    '?case_sensitive attribute',
    (render, value, given) => new PyIterator(pullFrom(unique(render, value, given))),
  ),
};
