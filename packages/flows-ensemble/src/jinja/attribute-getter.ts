import { PyUndefined } from '../python/undefined.ts';
import type { PyValue } from '../python/value.ts';
import { lookUpItem } from './lookup.ts';
import type { Render } from './render.ts';

/** Looks something up in an item. */
export type Getter = (item: PyValue) => PyValue;

/** `'a.b.0'` as the keys to look up one after the other. */
function keysOf(attribute: PyValue | undefined): readonly PyValue[] {
  if (attribute === undefined || attribute === null) return [];
  if (typeof attribute !== 'string') return [attribute];
  return attribute.split('.').map((part) => (/^\p{Nd}+$/u.test(part) ? BigInt(part) : part));
}

/** Strings in small letters, anything else as it is. */
export function ignoreCase(value: PyValue): PyValue {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

/** What the arguments `attribute` and `case_sensitive` of many filters ask for. */
export interface GetterOptions {
  readonly caseSensitive?: boolean;
  /** Stands for an attribute that is not there. */
  readonly otherwise?: PyValue | undefined;
}

/** Code that gets `attribute` of an item, or the item itself without one. */
export function getter(
  render: Render,
  attribute: PyValue | undefined,
  { caseSensitive = true, otherwise }: GetterOptions = {},
): Getter {
  const keys = keysOf(attribute);
  const hasDefault = otherwise !== undefined && otherwise !== null;
  return (item) => {
    let value = item;
    for (const key of keys) {
      value = lookUpItem(render, value, key);
      if (hasDefault && value instanceof PyUndefined) value = otherwise;
    }
    return caseSensitive ? value : ignoreCase(value);
  };
}

/** Like {@link getter} for several attributes with commas between them; answers a list. */
export function multiGetter(
  render: Render,
  attribute: PyValue | undefined,
  options: GetterOptions,
): Getter {
  const attributes = typeof attribute === 'string' ? attribute.split(',') : [attribute];
  const getters = attributes.map((part) => getter(render, part, options));
  return (item) => getters.map((get) => get(item));
}
