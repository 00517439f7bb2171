import { PyFunction } from './arguments.ts';
import { refuseOperation } from './comparison.ts';
import { dateAttribute } from './date-methods.ts';
import { dictMethod } from './dict-methods.ts';
import { listMethod, tupleMethod } from './list-methods.ts';
import { PyMarkup } from './markup.ts';
import { numberAttribute } from './number-methods.ts';
import { attributeError, keyError, PyException, typeError } from './py-exception.ts';
import { checkHashable, indexed, placeOf } from './sequence.ts';
import { setMethod } from './set-methods.ts';
import { formatText } from './string-format.ts';
import { markupMethod, stringMethod } from './string-methods.ts';
import { repr, str } from './text.ts';
import { typeName } from './type-name.ts';
import {
  isList,
  isPyObject,
  PyDate,
  PyDateTime,
  PyDict,
  PySet,
  PyTuple,
  type PyValue,
} from './value.ts';

/**
 * `getattr(value, name)`: one of the attributes written down here for the type, `undefined` without one. Nothing else of a
 * value can be reached, whatever the name.
 */
export function attributeOf(value: PyValue, name: string): PyValue | undefined {
  switch (typeof value) {
    case 'string':
      return textMethod(value, name);
    case 'bigint':
    case 'number':
      return numberAttribute(value, name);
    case 'boolean':
      return numberAttribute(BigInt(value), name);
    default:
      return value === null ? undefined : objectAttribute(value, name);
  }
}

function textMethod(text: string, name: string): PyFunction | undefined {
  if (name === 'format')
    return new PyFunction(name, (values) => formatText(text, values, itemOrAttribute));
  if (name !== 'format_map') return stringMethod(text, name);
  return new PyFunction(name, ({ positional: [mapping] }) => {
    if (!(mapping instanceof PyDict)) throw typeError('format_map() needs a mapping');
    const named = mapping.entries().map(([key, value]) => [str(key), value] as const);
    return formatText(text, { positional: [], named: new Map(named) }, itemOrAttribute);
  });
}

function objectAttribute(value: PyValue & object, name: string): PyValue | undefined {
  if (isList(value)) return listMethod(value, name);
  if (value instanceof PyDict) return dictMethod(value, name);
  if (value instanceof PyTuple)
    return value.items[value.names.indexOf(name)] ?? tupleMethod(value, name);
  if (value instanceof PyDate || value instanceof PyDateTime) return dateAttribute(value, name);
  if (value instanceof PySet) return setMethod(value, name);
  if (value instanceof PyMarkup) {
    const found = textMethod(value.value, name);
    return found === undefined ? undefined : markupMethod(found, name);
  }
  return isPyObject(value) ? value.attribute(name) : undefined;
}

/** `value[key]`; throws what Python raises where there is no such item. */
export function itemOf(value: PyValue, key: PyValue): PyValue {
  if (value instanceof PyDict) {
    checkHashable(key);
    const found = value.get(key);
    if (found !== undefined) return found;
    throw keyError(repr(key));
  }
  if (isPyObject(value) && value.item !== undefined) {
    const found = value.item(key);
    if (found !== undefined) return found;
    throw keyError(repr(key));
  }
  return itemAt(value, key);
}

function itemAt(value: PyValue, key: PyValue): PyValue {
  const items = indexed(value);
  if (items === undefined) throw typeError(`'${typeName(value)}' object is not subscriptable`);
  if (typeof key !== 'bigint' && typeof key !== 'boolean')
    throw typeError(`indices must be integers or slices, not ${typeName(key)}`);
  const item = items[placeOf(key, items.length, typeName(value))] ?? null;
  return value instanceof PyMarkup && typeof item === 'string' ? new PyMarkup(item) : item;
}

/** Whether an exception says only that an item is not there; Jinja makes an undefined value of it. */
export function isMissing(error: unknown): boolean {
  return (
    error instanceof PyException &&
    ['TypeError', 'KeyError', 'IndexError', 'AttributeError'].includes(error.exception)
  );
}

/** One step of a `str.format` field: an attribute or an item. */
function itemOrAttribute(
  value: PyValue,
  attribute: string | undefined,
  item: string | undefined,
): PyValue {
  if (attribute === undefined) {
    refuseOperation(value);
    return itemOf(value, item !== undefined && /^\d+$/.test(item) ? BigInt(item) : (item ?? ''));
  }
  const found = attributeOf(value, attribute);
  if (found !== undefined) return found;
  throw attributeError(`'${typeName(value)}' object has no attribute '${attribute}'`);
}
