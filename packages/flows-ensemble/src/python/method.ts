import { bind, PyFunction } from './arguments.ts';
import { refuseOperation } from './comparison.ts';
import { textOf } from './markup.ts';
import { typeError } from './py-exception.ts';
import { typeName } from './type-name.ts';
import type { PyArguments, PyValue } from './value.ts';

/** A method of a built-in type, bound to a value: takes the arguments in the order of its parameters. */
export interface Method<Self> {
  readonly parameters: readonly string[];
  readonly required: number;
  readonly run: (self: Self, given: readonly (PyValue | undefined)[]) => PyValue;
  /** Takes the arguments as they were written instead. */
  readonly raw?: (self: Self, values: PyArguments) => PyValue;
}

/** Methods by name. A `Map`, so that no name of JavaScript's objects is ever found. */
export type Methods<Self> = ReadonlyMap<string, Method<Self>>;

/** Describes a method: `?` marks the first parameter that has a default. */
export function method<Self>(parameters: string, run: Method<Self>['run']): Method<Self> {
  const names = parameters.split(' ').filter((name) => name !== '');
  const optional = names.findIndex((name) => name.startsWith('?'));
  return {
    parameters: names.map((name) => name.replace('?', '')),
    required: optional === -1 ? names.length : optional,
    run,
  };
}

/** A method of a value, ready to be called. */
export function boundMethod<Self>(methods: Methods<Self>, self: Self, name: string) {
  const found = methods.get(name);
  if (found === undefined) return undefined;
  return new PyFunction(name, (values) => apply(found, { self, name }, values));
}

function apply<Self>(
  called: Method<Self>,
  { self, name }: { readonly self: Self; readonly name: string },
  values: PyArguments,
): PyValue {
  const { raw, parameters, required } = called;
  if (raw !== undefined) return raw(self, values);
  const { positional, named } = values;
  const inPlace =
    named.size === 0 && positional.length >= required && positional.length <= parameters.length;
  return called.run(self, inPlace ? positional : bind({ name, parameters, required }, values));
}

/** A str argument. */
export function needText(value: PyValue | undefined): string {
  const text = value === undefined ? undefined : textOf(value);
  if (text !== undefined) return text;
  refuseOperation(value ?? null);
  throw typeError(`expected str instance, ${typeName(value ?? null)} found`);
}

/** A str argument that may be left out or None. */
export function optionalText(value: PyValue | undefined): string | undefined {
  return value === undefined || value === null ? undefined : needText(value);
}

/** An int argument, with what it is when left out. */
export function needInteger(value: PyValue | undefined, otherwise?: number): number {
  if (value === undefined && otherwise !== undefined) return otherwise;
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  refuseOperation(value ?? null);
  throw typeError(`'${typeName(value ?? null)}' object cannot be interpreted as an integer`);
}
