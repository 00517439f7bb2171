import type { PyFunction } from './arguments.ts';
import { DictView } from './dict-view.ts';
import { checkItems } from './limits.ts';
import { boundMethod, type Method, type Methods, method } from './method.ts';
import { keyError, valueError } from './py-exception.ts';
import { checkHashable, iterate } from './sequence.ts';
import { repr } from './text.ts';
import { type PyArguments, PyDict, PyTuple, type PyValue } from './value.ts';

/** Puts what `dict(...)` and `update(...)` take into a dict: another dict or pairs, then names. */
export function fillDict(dict: PyDict, values: PyArguments): void {
  const [source] = values.positional;
  if (source !== undefined) {
    const pairs = source instanceof PyDict ? source.entries() : [...iterate(source)].map(pairOf);
    for (const [key, value] of pairs) setItem(dict, key, value);
  }
  for (const [key, value] of values.named) setItem(dict, key, value);
}

function pairOf(value: PyValue): readonly [PyValue, PyValue] {
  const [key, item, ...more] = [...iterate(value)];
  if (key === undefined || item === undefined || more.length > 0)
    throw valueError('dictionary update sequence element has a length other than 2');
  return [key, item];
}

/** `dict[key] = value`. */
export function setItem(dict: PyDict, key: PyValue, value: PyValue): void {
  checkHashable(key);
  checkItems(dict.size + 1);
  dict.set(key, value);
}

function pop(dict: PyDict, key: PyValue, otherwise: PyValue | undefined): PyValue {
  checkHashable(key);
  const value = dict.get(key) ?? (dict.has(key) ? null : otherwise);
  if (value === undefined) throw keyError(repr(key));
  dict.delete(key);
  return value;
}

const updating: Method<PyDict> = {
  ...method<PyDict>('', () => null),
  raw: (dict, values) => {
    fillDict(dict, values);
    return null;
  },
};

const METHODS: Methods<PyDict> = new Map(
  Object.entries({
    clear: method<PyDict>('', (dict) => {
      dict.clear();
      return null;
    }),
    copy: method<PyDict>('', (dict) => new PyDict(dict.entries())),
    get: method<PyDict>('key ?default', (dict, [key = null, otherwise = null]) => {
      checkHashable(key);
      const value = dict.get(key);
      return value === undefined ? otherwise : value;
    }),
    items: method<PyDict>('', (dict) => new DictView(dict, 'items')),
    keys: method<PyDict>('', (dict) => new DictView(dict, 'keys')),
    pop: method<PyDict>('key ?default', (dict, [key = null, otherwise]) =>
      pop(dict, key, otherwise),
    ),
    popitem: method<PyDict>('', (dict) => {
      const last = dict.entries().at(-1);
      if (last === undefined) throw keyError("'popitem(): dictionary is empty'");
      dict.delete(last[0]);
      return new PyTuple(last);
    }),
    setdefault: method<PyDict>('key ?default', (dict, [key = null, otherwise = null]) => {
      const value = dict.get(key);
      if (value !== undefined) return value;
      setItem(dict, key, otherwise);
      return otherwise;
    }),
    update: updating,
    values: method<PyDict>('', (dict) => new DictView(dict, 'values')),
  }),
);

/** Whether dicts have a method of that name, which then hides a key. */
export function isDictMethod(name: string): boolean {
  return METHODS.has(name);
}

/** A method of a dict, ready to be called. */
export function dictMethod(dict: PyDict, name: string): PyFunction | undefined {
  return boundMethod(METHODS, dict, name);
}
