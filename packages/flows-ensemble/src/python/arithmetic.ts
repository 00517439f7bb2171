import { refuseOperation } from './comparison.ts';
import { divideIntegers, floorDivide, modulo, power } from './division.ts';
import { checkItems, checkText } from './limits.ts';
import { escapeHtml, PyMarkup, textOf } from './markup.ts';
import { numberOf, toFloat } from './numbers.ts';
import { percentFormat } from './percent-format.ts';
import { PyException, typeError } from './py-exception.ts';
import { typeName } from './type-name.ts';
import { isList, PySet, PyTuple, type PyValue } from './value.ts';

/** An operator between two values that makes a third. */
export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';

function unsupported(operator: string, a: PyValue, b: PyValue): PyException {
  refuseOperation(a, b);
  return typeError(
    `unsupported operand type(s) for ${operator}: '${typeName(a)}' and '${typeName(b)}'`,
  );
}

/** Works out `a operator b`. */
export function calculate(operator: BinaryOperator, a: PyValue, b: PyValue): PyValue {
  const left = numberOf(a);
  const right = left === undefined ? undefined : numberOf(b);
  if (left !== undefined && right !== undefined) return onNumbers(operator, left, right);
  if (operator !== '%') refuseOperation(b);
  switch (operator) {
    case '+':
      return concatenate(a, b);
    case '*':
      return repeat(a, b);
    case '%': {
      const text = textOf(a);
      if (text === undefined) break;
      return a instanceof PyMarkup
        ? new PyMarkup(percentFormat(text, b, true))
        : percentFormat(text, b);
    }
    default:
      if (operator === '-' && a instanceof PySet && b instanceof PySet)
        return new PySet(a.items.filter((item) => !b.has(item)));
  }
  throw unsupported(operator === '**' ? '** or pow()' : operator, a, b);
}

function onNumbers(
  operator: BinaryOperator,
  a: bigint | number,
  b: bigint | number,
): bigint | number {
  if (operator === '**') return power(a, b);
  if (typeof a === 'bigint' && typeof b === 'bigint') return onIntegers(operator, a, b);
  const left = toFloat(a);
  const right = toFloat(b);
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      if (right === 0) throw new PyException('ZeroDivisionError', 'float division by zero');
      return left / right;
    case '//':
      return floorDivide(left, right);
    case '%':
      return modulo(left, right);
  }
}

function onIntegers(
  operator: Exclude<BinaryOperator, '**'>,
  a: bigint,
  b: bigint,
): bigint | number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return divideIntegers(a, b);
    case '//':
      return floorDivide(a, b);
    case '%':
      return modulo(a, b);
  }
}

function concatenate(a: PyValue, b: PyValue): PyValue {
  if (typeof a === 'string' && typeof b === 'string') {
    checkText(a.length + b.length);
    return a + b;
  }
  const [left, right] = [textOf(a), textOf(b)];
  if (left !== undefined && right !== undefined)
    return new PyMarkup(markupSide(a, left) + markupSide(b, right));
  if (isList(a) && isList(b)) return joinItems(a, b);
  if (a instanceof PyTuple && b instanceof PyTuple) return new PyTuple(joinItems(a.items, b.items));
  throw unsupported('+', a, b);
}

function joinItems(a: readonly PyValue[], b: readonly PyValue[]): readonly PyValue[] {
  checkItems(a.length + b.length);
  return [...a, ...b];
}

function markupSide(value: PyValue, text: string): string {
  return value instanceof PyMarkup ? text : escapeHtml(text);
}

function repeat(a: PyValue, b: PyValue): PyValue {
  const [left, right] = [numberOf(a), numberOf(b)];
  if (typeof right === 'bigint') return repeated(a, right, b);
  if (typeof left === 'bigint') return repeated(b, left, a);
  throw unsupported('*', a, b);
}

/** Python counts in 64 bits. */
const MAX_COUNT = 2n ** 63n - 1n;

function repeated(value: PyValue, times: bigint, other: PyValue): PyValue {
  if (times > MAX_COUNT || times < -MAX_COUNT)
    throw new PyException('OverflowError', "cannot fit 'int' into an index-sized integer");
  const count = times > 0n ? times : 0n;
  const text = textOf(value);
  if (text !== undefined) {
    checkText(text.length * Number(count));
    const result = text.repeat(Number(count));
    return value instanceof PyMarkup ? new PyMarkup(result) : result;
  }
  if (isList(value)) return repeatItems(value, count);
  if (value instanceof PyTuple) return new PyTuple(repeatItems(value.items, count));
  throw unsupported('*', value, other);
}

function repeatItems(items: readonly PyValue[], count: bigint): readonly PyValue[] {
  if (items.length === 0) return [];
  checkItems(BigInt(items.length) * count);
  return Array.from({ length: Number(count) }, () => items).flat(1);
}

/** `-value` and `+value`. */
export function signed(sign: '-' | '+', value: PyValue): PyValue {
  const number = numberOf(value);
  if (number === undefined) {
    refuseOperation(value);
    throw typeError(`bad operand type for unary ${sign}: '${typeName(value)}'`);
  }
  return sign === '-' ? -number : number;
}
