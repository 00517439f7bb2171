import { bind, NO_NAMES } from '../python/arguments.ts';
import { calculate, signed } from '../python/arithmetic.ts';
import { equals, inOrder, isTrue } from '../python/comparison.ts';
import { setItem } from '../python/dict-methods.ts';
import { type Pull, PyIterator, pull } from '../python/iterator.ts';
import { checkText, MAX_TEXT } from '../python/limits.ts';
import { PyMarkup } from '../python/markup.ts';
import { PyException, typeError, valueError } from '../python/py-exception.ts';
import { contains, iterate, sliceOf } from '../python/sequence.ts';
import { str } from '../python/text.ts';
import { typeName } from '../python/type-name.ts';
import { PyUndefined } from '../python/undefined.ts';
import { isList, type PyArguments, PyDict, PyTuple, type PyValue } from '../python/value.ts';
import { Blocks } from './blocks.ts';
import { callPlainly, callValue, lookUpAttribute, lookUpItem, lookUpKey } from './lookup.ts';
import { LoopContext, type Recurse } from './loop-context.ts';
import { Macro } from './macro.ts';
import { PyNamespace } from './namespace.ts';
import type { Render } from './render.ts';
import { TemplateSelf } from './template-self.ts';

/** What was written, unless it is too long. */
function written(text: string): string {
  checkText(text.length);
  return text;
}

function isIn(item: PyValue, container: PyValue): boolean {
  return contains(container, item);
}

function dictOf(pairs: readonly (readonly [PyValue, PyValue])[]): PyDict {
  const dict = new PyDict();
  for (const [key, item] of pairs) setItem(dict, key, item);
  return dict;
}

function concatenated(render: Render, values: readonly PyValue[]): PyValue {
  if (render.autoescape && values.some((part) => part instanceof PyMarkup))
    return new PyMarkup(values.map((part) => render.shown(part)).join(''));
  return values.map(str).join('');
}

function namedValues(
  named: readonly (readonly [string, PyValue])[],
  spread?: PyValue,
): ReadonlyMap<string, PyValue> {
  const values = new Map(named);
  if (spread === undefined) return values;
  if (!(spread instanceof PyDict))
    throw typeError(`argument after ** must be a mapping, not ${typeName(spread)}`);
  for (const [name, value] of spread.entries()) {
    if (typeof name !== 'string') throw typeError('keywords must be strings');
    if (values.has(name)) throw typeError(`got multiple values for keyword argument '${name}'`);
    values.set(name, value);
  }
  return values;
}

function callWithCaller(callee: PyValue, given: PyArguments, caller: Macro): PyValue {
  if (given.named.has('caller'))
    throw new PyException('TypeError', "got multiple values for keyword argument 'caller'");
  const named = new Map<string, PyValue>([...given.named, ['caller', caller]]);
  return callValue(callee, { ...given, named });
}

function unknown(what: string, name: string): never {
  throw new PyException('TemplateRuntimeError', `No ${what} named '${name}' found.`);
}

function missingBlock(name: string): never {
  throw new PyException('TemplateRuntimeError', `Required block '${name}' not found`);
}

/** The items of a tuple on the left of an assignment. */
function unpack(value: PyValue, count: number): readonly PyValue[] {
  const items = value instanceof PyTuple ? value.items : [...iterate(value)];
  if (items.length < count)
    throw valueError(`not enough values to unpack (expected ${count}, got ${items.length})`);
  if (items.length > count) throw valueError(`too many values to unpack (expected ${count})`);
  return items;
}

function needNamespace(value: PyValue | undefined): void {
  if (!(value instanceof PyNamespace))
    throw new PyException(
      'TemplateRuntimeError',
      'cannot assign attribute on non-namespace object',
    );
}

function setAttribute(owner: PyValue | undefined, name: string, value: PyValue): void {
  if (owner instanceof PyNamespace) owner.set(name, value);
  else if (owner instanceof PyDict) setItem(owner, name, value);
  else throw typeError(`'${typeName(owner ?? null)}' object does not support item assignment`);
}

/** Goes through the values that `for ... if` lets pass; `begin` runs once the first one is asked for. */
function selecting(
  render: Render,
  values: PyValue,
  begin: () => (item: PyValue) => PyValue | undefined,
): PyIterator {
  let next: Pull | undefined;
  let step: ReturnType<typeof begin> | undefined;
  return new PyIterator(() => {
    step ??= begin();
    next ??= pull(values);
    for (let value = next(); value !== undefined; value = next()) {
      render.countRound();
      const passed = step(value);
      if (passed !== undefined) return passed;
    }
    return undefined;
  });
}

/** Runs a recursive loop, and hands it what runs it again over other values. */
function recursing(
  render: Render,
  values: PyValue,
  run: (recurse: Recurse, values: PyValue, depth: number) => string,
): PyValue {
  const recurse: Recurse = (inner, depth) =>
    render.nested(() => render.made(run(recurse, inner, depth)));
  return recurse(values, 0);
}

/** What the code of templates calls, by the name that it has there. */
export const RUNTIME = {
  Blocks,
  LoopContext,
  MAX_TEXT,
  Macro,
  NO_NAMES,
  PyTuple,
  PyUndefined,
  TemplateSelf,
  bind,
  calculate,
  callPlainly,
  callValue,
  callWithCaller,
  concatenated,
  dictOf,
  equals,
  inOrder,
  isIn,
  isList,
  isTrue,
  iterate,
  lookUpAttribute,
  lookUpItem,
  lookUpKey,
  missingBlock,
  namedValues,
  needNamespace,
  pull,
  recursing,
  selecting,
  setAttribute,
  signed,
  sliceOf,
  str,
  unknown,
  unpack,
  written,
} as const;
