import {
  isPyObject,
  PyBytes,
  PyDate,
  PyDateTime,
  PyDict,
  PySet,
  PyTuple,
  type PyValue,
} from './value.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  boolean: 'bool',
  bigint: 'int',
  number: 'float',
  string: 'str',
};

/** Name of a value's type, as Python's messages give it. */
export function typeName(value: PyValue): string {
  if (value === null) return 'NoneType';
  return SIMPLE[typeof value] ?? objectTypeName(value);
}

function objectTypeName(value: PyValue): string {
  if (value instanceof PyTuple) return 'tuple';
  if (value instanceof PyDict) return 'dict';
  if (value instanceof PySet) return 'set';
  if (value instanceof PyBytes) return 'bytes';
  if (value instanceof PyDate) return 'datetime.date';
  if (value instanceof PyDateTime) return 'datetime.datetime';
  return isPyObject(value) ? value.pyType : 'list';
}
