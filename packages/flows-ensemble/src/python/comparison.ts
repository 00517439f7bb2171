import { comparePoints } from './code-points.ts';
import { textOf } from './markup.ts';
import { typeError } from './py-exception.ts';
import { typeName } from './type-name.ts';
import {
  isList,
  isPyObject,
  PyBytes,
  PyDate,
  PyDateTime,
  PyDict,
  PySet,
  PyTuple,
  type PyValue,
} from './value.ts';

/** Whether a value counts as true. */
export function isTrue(value: PyValue): boolean {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      return value !== '';
    case 'bigint':
      return value !== 0n;
    case 'number':
      return value !== 0;
    default:
      return value !== null && objectIsTrue(value);
  }
}

function objectIsTrue(value: PyValue & object): boolean {
  if (isList(value)) return value.length > 0;
  if (value instanceof PyDict) return value.size > 0;
  if (value instanceof PyTuple || value instanceof PySet) return value.items.length > 0;
  if (value instanceof PyBytes) return value.bytes.length > 0;
  if (isPyObject(value)) return value.isTrue?.() ?? value.size?.() !== 0;
  return true;
}

function isNumber(value: PyValue): value is bigint | number | boolean {
  return typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean';
}

/** By the mathematical value, whatever the types; NaN is equal to nothing. */
function sameNumber(a: bigint | number | boolean, b: bigint | number | boolean): boolean {
  const left = typeof a === 'boolean' ? BigInt(a) : a;
  const right = typeof b === 'boolean' ? BigInt(b) : b;
  if (typeof left === 'number' && typeof right === 'bigint') return sameNumber(right, left);
  if (typeof left === 'bigint' && typeof right === 'number')
    return Number.isInteger(right) && BigInt(right) === left;
  return left === right;
}

/** `a == b`. */
export function equals(a: PyValue, b: PyValue): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a === b;
  if (isNumber(a) && isNumber(b)) return sameNumber(a, b);
  if (isPyObject(a)) return equalObject(a, b);
  if (isPyObject(b)) return equalObject(b, a);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  return equalContainers(a, b);
}

function equalObject(a: PyValue, b: PyValue): boolean {
  if (!isPyObject(a)) return false;
  const hash = a.hash?.();
  if (hash === undefined) return a === b;
  return hash === (isPyObject(b) ? b.hash?.() : b);
}

function equalContainers(a: PyValue & object, b: PyValue & object): boolean {
  if (isList(a)) return isList(b) && equalItems(a, b);
  if (a instanceof PyTuple) return b instanceof PyTuple && equalItems(a.items, b.items);
  if (a instanceof PyDict) return b instanceof PyDict && equalDicts(a, b);
  if (a instanceof PySet) return b instanceof PySet && isSubset(a, b) && isSubset(b, a);
  return equalScalars(a, b);
}

function equalScalars(a: PyValue & object, b: PyValue & object): boolean {
  if (a instanceof PyBytes) return b instanceof PyBytes && Buffer.compare(a.bytes, b.bytes) === 0;
  if (a instanceof PyDate) return b instanceof PyDate && a.text === b.text;
  return a instanceof PyDateTime && b instanceof PyDateTime && sameMoment(a, b);
}

function sameMoment(a: PyDateTime, b: PyDateTime): boolean {
  const naive = (a.offsetMinutes === undefined) === (b.offsetMinutes === undefined);
  return naive && moment(a) === moment(b);
}

/** Microseconds since 1970, in UTC where an offset is given. */
function moment(value: PyDateTime): bigint {
  const { date, hour, minute, second, microsecond, offsetMinutes } = value;
  const day = new Date(Date.UTC(2000, date.month - 1, date.day));
  day.setUTCFullYear(date.year, date.month - 1, date.day);
  const seconds =
    day.getTime() / 1000 + hour * 3600 + (minute - (offsetMinutes ?? 0)) * 60 + second;
  return BigInt(seconds) * 1_000_000n + BigInt(microsecond);
}

function equalItems(a: readonly PyValue[], b: readonly PyValue[]): boolean {
  return a.length === b.length && a.every((item, index) => same(item, b[index]));
}

/** Python's containers look at identity first. */
function same(a: PyValue, b: PyValue | undefined): boolean {
  return b !== undefined && (Object.is(a, b) || equals(a, b));
}

function equalDicts(a: PyDict, b: PyDict): boolean {
  return a.size === b.size && a.entries().every(([key, item]) => same(item, b.get(key)));
}

function isSubset(a: PySet, b: PySet): boolean {
  return a.items.every((item) => b.has(item));
}

/** An operator that orders two values. */
export type OrderOperator = '<' | '<=' | '>' | '>=';

function holds(operator: OrderOperator, difference: number): boolean {
  switch (operator) {
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
  }
}

/** `a < b` and the others. */
export function inOrder(a: PyValue, operator: OrderOperator, b: PyValue): boolean {
  if (typeof a === 'string' && typeof b === 'string') return holds(operator, comparePoints(a, b));
  if (isNumber(a) && isNumber(b)) return numbersInOrder(a, operator, b);
  if (a instanceof PySet && b instanceof PySet) return setsInOrder(a, operator, b);
  const [left, right] = [textOf(a), textOf(b)];
  if (left !== undefined && right !== undefined) return holds(operator, comparePoints(left, right));
  if (isList(a) && isList(b)) return itemsInOrder(a, operator, b);
  if (a instanceof PyTuple && b instanceof PyTuple) return itemsInOrder(a.items, operator, b.items);
  return otherOrder(a, operator, b);
}

function numbersInOrder(
  a: bigint | number | boolean,
  operator: OrderOperator,
  b: bigint | number | boolean,
): boolean {
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

function setsInOrder(a: PySet, operator: OrderOperator, b: PySet): boolean {
  if (operator === '>' || operator === '>=')
    return setsInOrder(b, operator === '>' ? '<' : '<=', a);
  return isSubset(a, b) && (operator === '<=' || a.items.length < b.items.length);
}

function itemsInOrder(
  a: readonly PyValue[],
  operator: OrderOperator,
  b: readonly PyValue[],
): boolean {
  const at = a.findIndex((item, index) => !same(item, b[index]));
  const [left, right] = [a[at], b[at]];
  if (at === -1 || left === undefined || right === undefined)
    return holds(operator, a.length - b.length);
  return inOrder(left, operator, right);
}

function otherOrder(a: PyValue, operator: OrderOperator, b: PyValue): boolean {
  if (a instanceof PyDate && b instanceof PyDate)
    return holds(operator, comparePoints(a.text, b.text));
  if (a instanceof PyDateTime && b instanceof PyDateTime) {
    if ((a.offsetMinutes === undefined) !== (b.offsetMinutes === undefined))
      throw typeError("can't compare offset-naive and offset-aware datetimes");
    return holds(operator, Number(moment(a) - moment(b)));
  }
  if (a instanceof PyBytes && b instanceof PyBytes)
    return holds(operator, Buffer.compare(a.bytes, b.bytes));
  refuseOperation(a, b);
  throw typeError(
    `'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`,
  );
}

/** Lets an undefined value say that it is one, before anything else is said about its type. */
export function refuseOperation(...values: readonly PyValue[]): void {
  for (const value of values) if (isPyObject(value)) value.refuse?.();
}
