import { isPlainObject, numberOf, scalarText, WrittenNumber } from '../written.ts';
import type { BinaryOperator } from './syntax-tree.ts';
import { ValueProblem } from './template-error.ts';

/** Longest text or list that an expression may make. */
export const MAX_RESULT = 1_000_000;

/** What kind of value this is, in the words of the reference. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (numberOf(value) !== undefined) return 'a number';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'a text';
  return typeof value === 'boolean' ? 'a boolean' : 'a map';
}

/** @throws ValueProblem unless finite */
export function finite(value: number): number {
  if (!Number.isFinite(value)) throw new ValueProblem('the result is not a finite number');
  return value;
}

/** Takes away what binary fractions add: `0.1 + 0.2` is `0.3`. Fifteen digits are what a double keeps of a decimal. */
export function rounded(value: number): number {
  return Number.isInteger(value) ? value : finite(Number(finite(value).toPrecision(15)));
}

/** The number in a value. @throws ValueProblem for anything else */
export function needNumber(value: unknown, what: string): number {
  const number = numberOf(value);
  if (number === undefined) throw new ValueProblem(`${what} needs a number, got ${kindOf(value)}`);
  return number;
}

/** Python's idea of truth: empty and zero are false. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof WrittenNumber) return value.value !== 0;
  if (isPlainObject(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** Equality by content; numbers by value, so that `100.0 == 100`. */
export function isEqual(left: unknown, right: unknown, depth = 0): boolean {
  const number = numberOf(left);
  if (number !== undefined) return number === numberOf(right);
  if (depth > 50) throw new ValueProblem('these values are nested too deeply', 'TEMPLATE_LIMIT');
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => isEqual(item, right[index], depth + 1));
  }
  if (!isPlainObject(left)) return left === right;
  if (!isPlainObject(right)) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every(
    (key) => Object.hasOwn(right, key) && isEqual(left[key], right[key], depth + 1),
  );
}

/** Negative, zero or positive, for two numbers or two texts. @throws ValueProblem for anything else */
export function compare(left: unknown, right: unknown): number {
  const [first, second] = [numberOf(left), numberOf(right)];
  if (first !== undefined && second !== undefined) return first - second;
  if (typeof left === 'string' && typeof right === 'string') {
    if (left === right) return 0;
    return left < right ? -1 : 1;
  }
  throw new ValueProblem(`${kindOf(left)} cannot be compared with ${kindOf(right)}`);
}

function add(left: unknown, right: unknown): unknown {
  const [first, second] = [numberOf(left), numberOf(right)];
  if (first !== undefined && second !== undefined) return rounded(first + second);
  if (Array.isArray(left) && Array.isArray(right)) {
    if (left.length + right.length > MAX_RESULT)
      throw new ValueProblem('this list is too long', 'TEMPLATE_LIMIT');
    return [...left, ...right];
  }
  if (typeof left === 'string' || typeof right === 'string') {
    const [head, tail] = [scalarText(left), scalarText(right)];
    if (head !== undefined && tail !== undefined) {
      if (head.length + tail.length > MAX_RESULT)
        throw new ValueProblem('this text is too long', 'TEMPLATE_LIMIT');
      return head + tail;
    }
  }
  throw new ValueProblem(`${kindOf(left)} and ${kindOf(right)} cannot be added`);
}

function contains(item: unknown, within: unknown): boolean {
  if (Array.isArray(within)) return within.some((other) => isEqual(item, other));
  if (typeof within === 'string' && typeof item === 'string') return within.includes(item);
  if (isPlainObject(within) && typeof item === 'string') return Object.hasOwn(within, item);
  throw new ValueProblem(`"in" cannot look for ${kindOf(item)} in ${kindOf(within)}`);
}

function divisor(value: number): number {
  if (value === 0) throw new ValueProblem('division by zero');
  return value;
}

type Arithmetic = Exclude<
  BinaryOperator,
  'and' | 'or' | 'in' | 'not in' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '+'
>;

const ARITHMETIC: Readonly<Record<Arithmetic, (left: number, right: number) => number>> = {
  '-': (left, right) => rounded(left - right),
  '*': (left, right) => rounded(left * right),
  '/': (left, right) => left / divisor(right),
  '//': (left, right) => Math.floor(left / divisor(right)),
  '%': (left, right) => rounded(left - right * Math.floor(left / divisor(right))),
  '**': (left, right) => left ** right,
};

/** Every operator but `and` and `or`, which do not always look at their right side. */
export const OPERATORS: Readonly<
  Record<Exclude<BinaryOperator, 'and' | 'or'>, (left: unknown, right: unknown) => unknown>
> = {
  '+': add,
  '-': arithmetic('-'),
  '*': arithmetic('*'),
  '/': arithmetic('/'),
  '//': arithmetic('//'),
  '%': arithmetic('%'),
  '**': arithmetic('**'),
  '==': (left, right) => isEqual(left, right),
  '!=': (left, right) => !isEqual(left, right),
  '<': (left, right) => compare(left, right) < 0,
  '<=': (left, right) => compare(left, right) <= 0,
  '>': (left, right) => compare(left, right) > 0,
  '>=': (left, right) => compare(left, right) >= 0,
  in: contains,
  'not in': (left, right) => !contains(left, right),
};

function arithmetic(name: Arithmetic): (left: unknown, right: unknown) => number {
  const operation = ARITHMETIC[name];
  return (left, right) =>
    finite(operation(needNumber(left, `"${name}"`), needNumber(right, `"${name}"`)));
}
