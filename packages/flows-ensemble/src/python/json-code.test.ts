import type { Json } from '@orchestrate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePy, encodePy } from './json-code.ts';
import { repr } from './text.ts';
import { PyBytes, PyDate, PyDateTime, PyDict, PySet, PyTuple, type PyValue } from './value.ts';

const scalars = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.bigInt(),
  fc.double(),
  fc.string(),
  fc.constantFrom<PyValue>(
    new PyDate(2020, 2, 29),
    new PyDateTime(new PyDate(1999, 12, 31), {
      hour: 23,
      minute: 59,
      second: 1,
      microsecond: 5,
      offsetMinutes: -90,
    }),
    new PyDateTime(new PyDate(1, 1, 1), { hour: 0, minute: 0, second: 0, microsecond: 0 }),
    new PyBytes(Uint8Array.of(0, 255, 10)),
  ),
);

const values: fc.Arbitrary<PyValue> = fc.letrec<{ value: PyValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalars,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => new PyTuple(items)),
    fc.array(fc.string(), { maxLength: 4 }).map((items) => new PySet(items)),
    fc
      .array(fc.tuple(fc.oneof(fc.string(), fc.bigInt()), tie('value')), { maxLength: 4 })
      .map((entries) => new PyDict(entries)),
  ),
})).value;

describe('encodePy', () => {
  it('gives JSON of which the same value is made again', () => {
    fc.assert(
      fc.property(values, (value) => {
        const text = JSON.stringify(encodePy(value));

        expect(repr(decodePy(JSON.parse(text) as Json))).toBe(repr(value));
      }),
    );
  });

  it.each([
    ['an int', 1n, '1'],
    ['a whole float', 1, '1.0'],
    ['not a number', Number.NaN, 'nan'],
    ['minus zero', -0, '-0.0'],
    ['a large int', 10n ** 30n, '1000000000000000000000000000000'],
  ] as const)('keeps %s what it is', (_name, value, expected) => {
    expect(repr(decodePy(JSON.parse(JSON.stringify(encodePy(value))) as Json))).toBe(expected);
  });
});
