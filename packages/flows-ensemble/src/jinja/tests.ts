import { calculate } from '../python/arithmetic.ts';
import { equals, inOrder, type OrderOperator } from '../python/comparison.ts';
import { PyMarkup, textOf } from '../python/markup.ts';
import { numberOf } from '../python/numbers.ts';
import { PyRange } from '../python/range.ts';
import { contains, iterable, sizeOf } from '../python/sequence.ts';
import { isAllCase } from '../python/string-case.ts';
import { str } from '../python/text.ts';
import { PyUndefined } from '../python/undefined.ts';
import { isList, isPyObject, PyDict, PyTuple, type PyValue } from '../python/value.ts';
import { type Filter, filter } from './filter.ts';

const test = (holds: (value: PyValue) => boolean): Filter =>
  filter('', (_render, value) => holds(value));

const testAgainst = (holds: (value: PyValue, other: PyValue) => boolean): Filter =>
  filter('other', (_render, value, [other = null]) => holds(value, other));

const ordered = (operator: OrderOperator): Filter =>
  testAgainst((value, other) => inOrder(value, operator, other));

const remainder = (value: PyValue, divisor: PyValue): PyValue => calculate('%', value, divisor);

function isSequence(value: PyValue): boolean {
  if (value instanceof PyUndefined) return sizeOf(value) !== undefined;
  return (
    isList(value) ||
    value instanceof PyTuple ||
    value instanceof PyDict ||
    value instanceof PyRange ||
    textOf(value) !== undefined
  );
}

const equal = testAgainst(equals);
const unequal = testAgainst((value, other) => !equals(value, other));

const TABLE: Readonly<Record<string, Filter>> = {
  boolean: test((value) => typeof value === 'boolean'),
  callable: test((value) => isPyObject(value) && value.call !== undefined),
  defined: test((value) => !(value instanceof PyUndefined)),
  divisibleby: filter('num', (_render, value, [divisor = null]) =>
    equals(remainder(value, divisor), 0n),
  ),
  escaped: test((value) => value instanceof PyMarkup),
  even: test((value) => equals(remainder(value, 2n), 0n)),
  false: test((value) => value === false),
  float: test((value) => typeof value === 'number'),
  in: filter('seq', (_render, value, [container = null]) => contains(container, value)),
  integer: test((value) => typeof value === 'bigint'),
  iterable: test((value) => iterable(value) !== undefined),
  lower: test((value) => isAllCase(str(value), 'lower')),
  mapping: test((value) => value instanceof PyDict),
  none: test((value) => value === null),
  number: test((value) => numberOf(value) !== undefined),
  odd: test((value) => equals(remainder(value, 2n), 1n)),
  sameas: testAgainst(Object.is),
  sequence: test(isSequence),
  string: test((value) => textOf(value) !== undefined),
  true: test((value) => value === true),
  undefined: test((value) => value instanceof PyUndefined),
  upper: test((value) => isAllCase(str(value), 'upper')),
  '==': equal,
  eq: equal,
  equalto: equal,
  '!=': unequal,
  ne: unequal,
  '>': ordered('>'),
  gt: ordered('>'),
  greaterthan: ordered('>'),
  '>=': ordered('>='),
  ge: ordered('>='),
  '<': ordered('<'),
  lt: ordered('<'),
  lessthan: ordered('<'),
  '<=': ordered('<='),
  le: ordered('<='),
};

/** Every test by name; `filter` joins once the filters are known. */
export const TESTS = new Map<string, Filter>(Object.entries(TABLE));

TESTS.set(
  'test',
  filter('', (_render, value) => typeof value === 'string' && TESTS.has(value)),
);
