import { NO_NAMES } from '../python/arguments.ts';
import { attributeOf, isMissing, itemOf } from '../python/attribute.ts';
import { refuseOperation } from '../python/comparison.ts';
import { PyMarkup } from '../python/markup.ts';
import { typeError } from '../python/py-exception.ts';
import { repr } from '../python/text.ts';
import { typeName } from '../python/type-name.ts';
import { isList, isPyObject, type PyArguments, PyDict, type PyValue } from '../python/value.ts';
import { Macro } from './macro.ts';
import type { Render } from './render.ts';

function described(value: PyValue): string {
  return value === null ? 'None' : `${typeName(value)} object`;
}

function itemOrUndefined(value: PyValue, key: PyValue): PyValue | undefined {
  try {
    return itemOf(value, key);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** `value.name` for a name that no dict has a method of: looks first where most values are. */
export function lookUpKey(render: Render, value: PyValue, name: string): PyValue {
  if (value instanceof PyDict) {
    const item = value.get(name);
    return item === undefined ? noAttribute(render, value, name) : item;
  }
  if (isPyObject(value) && !(value instanceof PyMarkup)) {
    const attribute = value.attribute(name);
    if (attribute !== undefined) return attribute;
  }
  return lookUpAttribute(render, value, name);
}

function noAttribute(render: Render, value: PyValue, name: string): PyValue {
  return render.undefined(`'${described(value)}' has no attribute '${name}'`);
}

/** `value.name`: an attribute, else an item, else undefined. */
export function lookUpAttribute(render: Render, value: PyValue, name: string): PyValue {
  const attribute = attributeOf(value, name);
  if (attribute !== undefined) return attribute;
  const item =
    value instanceof PyDict
      ? value.get(name)
      : isPyObject(value) && value.item !== undefined
        ? itemOrUndefined(value, name)
        : undefined;
  return item === undefined ? noAttribute(render, value, name) : item;
}

/** `value[key]`: an item, else an attribute, else undefined. */
export function lookUpItem(render: Render, value: PyValue, key: PyValue): PyValue {
  if (value instanceof PyDict && typeof key === 'string') {
    const item = value.get(key);
    if (item !== undefined) return item;
  } else if (isList(value) && typeof key === 'bigint' && key >= 0n) {
    const item = value[Number(key)];
    if (item !== undefined) return item;
  } else {
    refuseUndefined(value);
    const item = itemOrUndefined(value, key);
    if (item !== undefined) return item;
  }
  const attribute = typeof key === 'string' ? attributeOf(value, key) : undefined;
  if (attribute !== undefined) return attribute;
  return typeof key === 'string'
    ? noAttribute(render, value, key)
    : render.undefined(`${described(value)} has no element ${repr(key)}`);
}

function refuseUndefined(value: PyValue): void {
  if (isPyObject(value) && value.refuse !== undefined) value.refuse();
}

/** `value(...)` with arguments that have no names. */
export function callPlainly(value: PyValue, values: readonly PyValue[]): PyValue {
  if (value instanceof Macro) return value.callPlainly(values);
  return callValue(value, { positional: values, named: NO_NAMES });
}

/** `value(...)`. */
export function callValue(value: PyValue, given: PyArguments): PyValue {
  if (isPyObject(value) && value.call !== undefined) return value.call(given);
  refuseOperation(value);
  throw typeError(`'${typeName(value)}' object is not callable`);
}
