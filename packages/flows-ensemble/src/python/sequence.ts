import { charactersOf, lengthOf } from './code-points.ts';
import { equals, refuseOperation } from './comparison.ts';
import { PyMarkup, textOf } from './markup.ts';
import { indexError, typeError, valueError } from './py-exception.ts';
import { str } from './text.ts';
import { typeName } from './type-name.ts';
import { isList, isPyObject, PyBytes, PyDict, PySet, PyTuple, type PyValue } from './value.ts';

/** What `for` goes through; throws a TypeError for what cannot be iterated. */
export function iterate(value: PyValue): Iterable<PyValue> {
  if (isList(value)) return value;
  const found = iterable(value);
  if (found !== undefined) return found;
  refuseOperation(value);
  throw typeError(`'${typeName(value)}' object is not iterable`);
}

/** What `for` goes through, `undefined` for what cannot be iterated. */
export function iterable(value: PyValue): Iterable<PyValue> | undefined {
  if (isList(value)) return value;
  const text = textOf(value);
  if (text !== undefined) return charactersOf(text);
  if (value instanceof PyTuple || value instanceof PySet) return value.items;
  if (value instanceof PyDict) return value.keys();
  if (value instanceof PyBytes) return [...value.bytes].map(BigInt);
  return isPyObject(value) ? value.iterate?.() : undefined;
}

/** `len(value)`, `undefined` for what has none. */
export function sizeOf(value: PyValue): number | undefined {
  if (isList(value)) return value.length;
  const text = textOf(value);
  if (text !== undefined) return lengthOf(text);
  if (value instanceof PyDict) return value.size;
  if (value instanceof PyTuple || value instanceof PySet) return value.items.length;
  if (value instanceof PyBytes) return value.bytes.length;
  return isPyObject(value) ? value.size?.() : undefined;
}

/** `len(value)`; throws a TypeError for what has none. */
export function length(value: PyValue): number {
  const size = sizeOf(value);
  if (size !== undefined) return size;
  refuseOperation(value);
  throw typeError(`object of type '${typeName(value)}' has no len()`);
}

/** `item in container`. */
export function contains(container: PyValue, item: PyValue): boolean {
  if (container instanceof PyDict || container instanceof PySet) {
    checkHashable(item);
    return container.has(item);
  }
  const text = textOf(container);
  if (text === undefined) return holds(iterate(container), item);
  const part = textOf(item);
  if (part !== undefined) return text.includes(part);
  throw typeError(`'in <string>' requires string as left operand, not ${typeName(item)}`);
}

function holds(items: Iterable<PyValue>, item: PyValue): boolean {
  for (const other of items) if (Object.is(other, item) || equals(other, item)) return true;
  return false;
}

/** Throws a TypeError for what cannot be a key or an item of a set. */
export function checkHashable(value: PyValue): void {
  if (isList(value) || value instanceof PyDict || value instanceof PySet)
    throw typeError(`unhashable type: '${typeName(value)}'`);
  if (value instanceof PyTuple) value.items.forEach(checkHashable);
}

/** The items of what Python indexes by number; `undefined` for anything else. */
export function indexed(value: PyValue): readonly PyValue[] | undefined {
  if (isList(value)) return value;
  if (value instanceof PyTuple) return value.items;
  const text = textOf(value);
  return text === undefined ? undefined : charactersOf(text);
}

/** Items picked out of a sequence, as the same type that the sequence has. */
function likewise(value: PyValue, items: readonly PyValue[]): PyValue {
  if (value instanceof PyTuple) return new PyTuple(items);
  if (value instanceof PyMarkup) return new PyMarkup(items.map(str).join(''));
  return typeof value === 'string' ? items.map(str).join('') : items;
}

/** Bounds of a slice; `null` where none is written. */
export interface Slice {
  readonly start: PyValue;
  readonly stop: PyValue;
  readonly step: PyValue;
}

function bound(value: PyValue): number | undefined {
  if (value === null) return undefined;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'bigint') {
    refuseOperation(value);
    throw typeError('slice indices must be integers or None or have an __index__ method');
  }
  return Number(value);
}

interface Bounds {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

function boundsOf(slice: Slice, size: number): Bounds {
  const step = bound(slice.step) ?? 1;
  if (step === 0) throw valueError('slice step cannot be zero');
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const place = (value: number | undefined, otherwise: number): number =>
    value === undefined
      ? otherwise
      : Math.min(Math.max(value < 0 ? value + size : value, low), high);
  const from = place(bound(slice.start), step > 0 ? low : high);
  return { from, to: place(bound(slice.stop), step > 0 ? high : low), step };
}

/** Places that a slice of a sequence of `size` items takes. */
function sliceIndexes(slice: Slice, size: number): number[] {
  const { from, to, step } = boundsOf(slice, size);
  const count = Math.max(0, Math.ceil((to - from) / step));
  return Array.from({ length: count }, (_, index) => from + index * step);
}

/** `value[start:stop:step]`. */
export function sliceOf(value: PyValue, slice: Slice): PyValue {
  if (isPyObject(value) && value.pick !== undefined) {
    const { from, to, step } = boundsOf(slice, length(value));
    return value.pick(from, to, step);
  }
  const items = indexed(value);
  if (items === undefined) {
    refuseOperation(value);
    throw typeError(
      value instanceof PyDict
        ? "unhashable type: 'slice'"
        : `'${typeName(value)}' object is not subscriptable`,
    );
  }
  const places = sliceIndexes(slice, items.length);
  return likewise(
    value,
    places.flatMap((place) => items.slice(place, place + 1)),
  );
}

/** Place of an item that may be counted from the end; throws an IndexError outside the sequence. */
export function placeOf(index: bigint | boolean, size: number, what: string): number {
  const number = Number(index);
  const place = number < 0 ? number + size : number;
  if (place < 0 || place >= size) throw indexError(`${what} index out of range`);
  return place;
}
