import type { PyFunction } from './arguments.ts';
import { positional } from './arguments.ts';
import { equals, isTrue } from './comparison.ts';
import { checkItems } from './limits.ts';
import { boundMethod, type Methods, method, needInteger } from './method.ts';
import { indexError, valueError } from './py-exception.ts';
import { iterate } from './sequence.ts';
import { sortValues } from './sort.ts';
import { isPyObject, type PyTuple, type PyValue } from './value.ts';

function indexIn(items: readonly PyValue[], given: readonly (PyValue | undefined)[]): bigint {
  const [value = null, start, stop] = given;
  const place = (number: number): number => (number < 0 ? number + items.length : number);
  const to = Math.min(items.length, place(needInteger(stop, items.length)));
  for (let at = Math.max(0, place(needInteger(start, 0))); at < to; at += 1) {
    if (equals(items[at] ?? null, value)) return BigInt(at);
  }
  throw valueError('the value is not in the list');
}

function countIn(items: readonly PyValue[], value: PyValue): bigint {
  return BigInt(items.filter((item) => equals(item, value)).length);
}

function pop(list: PyValue[], index: PyValue | undefined): PyValue {
  const at = needInteger(index, -1);
  const place = at < 0 ? at + list.length : at;
  const [value] = list.splice(place, 1);
  if (place < 0 || value === undefined) {
    throw indexError(list.length === 0 ? 'pop from empty list' : 'pop index out of range');
  }
  return value;
}

function sortInPlace(list: PyValue[], key: PyValue, reverse: boolean): null {
  const keyOf = (item: PyValue): PyValue =>
    isPyObject(key) ? (key.call?.(positional(item)) ?? item) : item;
  list.splice(0, list.length, ...sortValues(list, { keyOf, reverse }));
  return null;
}

const LIST: Methods<PyValue[]> = new Map(
  Object.entries({
    append: method<PyValue[]>('object', (list, [item = null]) => {
      checkItems(list.length + 1);
      list.push(item);
      return null;
    }),
    clear: method<PyValue[]>('', (list) => {
      list.length = 0;
      return null;
    }),
    copy: method<PyValue[]>('', (list) => [...list]),
    count: method<PyValue[]>('value', (list, [value = null]) => countIn(list, value)),
    extend: method<PyValue[]>('iterable', (list, [items = null]) => {
      const more = [...iterate(items)];
      checkItems(list.length + more.length);
      for (const item of more) list.push(item);
      return null;
    }),
    index: method<PyValue[]>('value ?start stop', indexIn),
    insert: method<PyValue[]>('index object', (list, [index, item = null]) => {
      list.splice(needInteger(index), 0, item);
      return null;
    }),
    pop: method<PyValue[]>('?index', (list, [index]) => pop(list, index)),
    remove: method<PyValue[]>('value', (list, [value = null]) => {
      const at = list.findIndex((item) => equals(item, value));
      if (at === -1) throw valueError('list.remove(x): x not in list');
      list.splice(at, 1);
      return null;
    }),
    reverse: method<PyValue[]>('', (list) => {
      list.reverse();
      return null;
    }),
    sort: method<PyValue[]>('?key reverse', (list, [key = null, reverse = false]) =>
      sortInPlace(list, key, isTrue(reverse)),
    ),
  }),
);

const TUPLE: Methods<PyTuple> = new Map(
  Object.entries({
    count: method<PyTuple>('value', (tuple, [value = null]) => countIn(tuple.items, value)),
    index: method<PyTuple>('value ?start stop', (tuple, given) => indexIn(tuple.items, given)),
  }),
);

/** A method of a list. Lists change in place, as in Python, also those that were given to the template. */
export function listMethod(list: readonly PyValue[], name: string): PyFunction | undefined {
  return boundMethod(LIST, list as PyValue[], name);
}

/** A method of a tuple. */
export function tupleMethod(tuple: PyTuple, name: string): PyFunction | undefined {
  return boundMethod(TUPLE, tuple, name);
}
