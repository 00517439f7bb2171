import type { PyValue } from '../python/value.ts';
import { bytesOf } from './binary.ts';
import { floatOf, intOf } from './number.ts';
import { Refused } from './refused.ts';
import type { ScalarTag } from './scalar-tag.ts';
import { timestampOf } from './timestamp.ts';

const TRUTH = new Map([
  ['yes', true],
  ['true', true],
  ['on', true],
  ['no', false],
  ['false', false],
  ['off', false],
]);

function boolOf(written: string): boolean {
  const value = TRUTH.get(written.toLowerCase());
  if (value === undefined) throw new Refused(`\`${written}\` is no truth value`);
  return value;
}

const CONSTRUCTORS: Readonly<Record<ScalarTag, (written: string) => PyValue>> = {
  null: () => null,
  bool: boolOf,
  int: intOf,
  float: floatOf,
  timestamp: timestampOf,
  str: (written) => written,
  binary: bytesOf,
  merge: () => {
    throw new Refused('`<<` stands where a value is expected');
  },
  value: () => {
    throw new Refused('`=` alone cannot be read; PyYAML knows it as a tag without a value');
  },
};

/** Whether a tag is one of a scalar. */
export function isScalarTag(tag: string): tag is ScalarTag {
  return Object.hasOwn(CONSTRUCTORS, tag);
}

/**
 * The value of a scalar.
 *
 * @throws Refused when the text does not fit the tag.
 */
export function scalarOf(tag: ScalarTag, written: string): PyValue {
  return CONSTRUCTORS[tag](written);
}
