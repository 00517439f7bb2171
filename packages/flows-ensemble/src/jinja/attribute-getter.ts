import { PyUndefined } from '../python/undefined.ts';
import type { PyValue } from '../python/value.ts';
import { lookUpItem } from './lookup.ts';
import type { Render } from './render.ts';

/** Looks something up in an item. */
export type Getter = (item: PyValue) => PyValue;

const MAX_SPLIT = 500;

/** Attributes that were split already: a template uses the same few again and again. */
const SPLIT = new Map<string, readonly PyValue[]>();

function split(attribute: string): readonly PyValue[] {
  const known = SPLIT.get(attribute);
  if (known !== undefined) return known;
  const keys = attribute.split('.').map((part) => (/^\p{Nd}+$/u.test(part) ? BigInt(part) : part));
  if (SPLIT.size >= MAX_SPLIT) SPLIT.clear();
  SPLIT.set(attribute, keys);
  return keys;
}

/** `'a.b.0'` as the keys to look up one after the other. */
function keysOf(attribute: PyValue | undefined): readonly PyValue[] {
  if (attribute === undefined || attribute === null) return [];
  return typeof attribute === 'string' ? split(attribute) : [attribute];
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
  if (keys.length === 0) return caseSensitive ? (item) => item : ignoreCase;
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
