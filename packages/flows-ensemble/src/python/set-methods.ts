import { boundMethod, type Methods, method } from './method.ts';
import { iterate } from './sequence.ts';
import { PySet, type PyValue } from './value.ts';

function itemsOf(value: PyValue | undefined): PySet {
  return new PySet(value === undefined ? [] : iterate(value));
}

const METHODS: Methods<PySet> = new Map(
  Object.entries({
    copy: method<PySet>('', (set) => new PySet(set.items)),
    difference: method<PySet>(
      '?other',
      (set, [other]) => new PySet(set.items.filter((item) => !itemsOf(other).has(item))),
    ),
    intersection: method<PySet>(
      'other',
      (set, [other]) => new PySet(set.items.filter((item) => itemsOf(other).has(item))),
    ),
    issubset: method<PySet>('other', (set, [other]) =>
      set.items.every((item) => itemsOf(other).has(item)),
    ),
    issuperset: method<PySet>('other', (set, [other]) =>
      itemsOf(other).items.every((item) => set.has(item)),
    ),
    union: method<PySet>(
      '?other',
      (set, [other]) => new PySet([...set.items, ...itemsOf(other).items]),
    ),
  }),
);

/** A method of a set, ready to be called. */
export function setMethod(set: PySet, name: string) {
  return boundMethod(METHODS, set, name);
}
