import { lengthOf } from '../python/code-points.ts';
import { sortValues } from '../python/sort.ts';
import { repr } from '../python/text.ts';
import { isList, PyDict, PyTuple, type PyValue } from '../python/value.ts';

const WIDTH = 80;

/** A dict with its keys in order, and so inside: what `pprint` shows. */
function sorted(value: PyValue): PyValue {
  if (isList(value)) return value.map(sorted);
  if (value instanceof PyTuple) return new PyTuple(value.items.map(sorted));
  if (!(value instanceof PyDict)) return value;
  const keys = sortKeys(value.keys());
  return new PyDict(keys.map((key) => [key, sorted(value.get(key) ?? null)] as const));
}

/** Keys that cannot be compared are put in order by their type's name, as `pprint` does. */
function sortKeys(keys: readonly PyValue[]): readonly PyValue[] {
  try {
    return sortValues(keys, { keyOf: (key) => key, reverse: false });
  } catch {
    return sortValues(keys, { keyOf: (key) => `${typeof key}${repr(key)}`, reverse: false });
  }
}

interface Place {
  readonly indent: number;
  /** Characters that follow on the last line. */
  readonly after: number;
}

function laidOut(value: PyValue, place: Place): string {
  const flat = repr(value);
  if (lengthOf(flat) <= WIDTH - place.indent - place.after) return flat;
  if (value instanceof PyDict) return dictText(value, place);
  const isTuple = value instanceof PyTuple;
  if (!isTuple && !isList(value)) return flat;
  const items = isTuple ? value.items : value;
  const end = isTuple && items.length === 1 ? ',)' : isTuple ? ')' : ']';
  const inner = place.indent + 1;
  const parts = items.map((item, at) =>
    laidOut(item, {
      indent: inner,
      after: at === items.length - 1 ? place.after + end.length : 1,
    }),
  );
  return (isTuple ? '(' : '[') + parts.join(`,\n${' '.repeat(inner)}`) + end;
}

function dictText(value: PyDict, place: Place): string {
  const inner = place.indent + 1;
  const entries = value.entries();
  const parts = entries.map(([key, item], at) => {
    const name = repr(key);
    const after = at === entries.length - 1 ? place.after + 1 : 1;
    return `${name}: ${laidOut(item, { indent: inner + lengthOf(name) + 2, after })}`;
  });
  return `{${parts.join(`,\n${' '.repeat(inner)}`)}}`;
}

/** `pprint.pformat(value)`, except that a str longer than a line is not cut into several. */
export function prettyText(value: PyValue): string {
  return laidOut(sorted(value), { indent: 0, after: 0 });
}
