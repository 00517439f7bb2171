import { bind } from '../python/arguments.ts';
import { isTrue } from '../python/comparison.ts';
import { PyException, typeError } from '../python/py-exception.ts';
import { iterate } from '../python/sequence.ts';
import { typeName } from '../python/type-name.ts';
import { type PyArguments, PyDict, type PyValue } from '../python/value.ts';
import type { Filter } from './filter.ts';
import { FILTERS } from './filters.ts';
import type { Evaluate, Frame } from './frame.ts';
import { callValue } from './lookup.ts';
import type { Scope } from './scope.ts';
import type { CallArguments, Expression, FilterExpression } from './syntax-tree.ts';
import { TemplateProblem } from './template-error.ts';
import { TESTS } from './tests.ts';

type Compile = (scope: Scope, value: Expression) => Evaluate;

type Give = (frame: Frame) => PyArguments;

const NO_NAMES: ReadonlyMap<string, PyValue> = new Map();

const NOTHING: PyArguments = { positional: [], named: NO_NAMES };

/** Code that works out the arguments of a call. */
export function compileArguments(scope: Scope, given: CallArguments, compile: Compile): Give {
  const positional = given.positional.map((value) => compile(scope, value));
  const named = given.named.map(([name, value]) => [name, compile(scope, value)] as const);
  const spread = given.spread === undefined ? undefined : compile(scope, given.spread);
  const spreadNamed =
    given.spreadNamed === undefined ? undefined : compile(scope, given.spreadNamed);
  if (spread !== undefined || spreadNamed !== undefined || named.length > 0)
    return (frame) => ({
      positional: [
        ...positional.map((value) => value(frame)),
        ...(spread === undefined ? [] : iterate(spread(frame))),
      ],
      named: namedValues(
        named.map(([name, value]) => [name, value(frame)] as const),
        spreadNamed?.(frame),
      ),
    });
  const [first, second] = positional;
  if (first === undefined) return () => NOTHING;
  if (second === undefined) return (frame) => ({ positional: [first(frame)], named: NO_NAMES });
  return (frame) => ({ positional: positional.map((value) => value(frame)), named: NO_NAMES });
}

function namedValues(
  named: readonly (readonly [string, PyValue])[],
  spread: PyValue | undefined,
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

/** Code of a call; `caller` is what a `call` block hands over. */
export function compileCall(
  scope: Scope,
  call: Extract<Expression, { kind: 'call' }>,
  compile: Compile,
): Evaluate {
  const of = compile(scope, call.of);
  const give = compileArguments(scope, call.given, compile);
  checkNames(call.given, call.line);
  return (frame) => callValue(of(frame), give(frame));
}

/** The same name twice is an error of the template itself. */
function checkNames(given: CallArguments, line: number): void {
  const names = given.named.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    throw new TemplateProblem(`keyword argument repeated: ${twice}`, line, 'SyntaxError');
}

interface Wanted {
  readonly what: 'filter' | 'test';
  readonly name: string;
  readonly line: number;
}

function find<T>(table: ReadonlyMap<string, T>, wanted: Wanted, scope: Scope): T | undefined {
  const found = table.get(wanted.name);
  if (found === undefined && !scope.isConditional)
    throw new TemplateProblem(
      `No ${wanted.what} named '${wanted.name}'.`,
      wanted.line,
      'TemplateAssertionError',
    );
  return found;
}

function unknown(what: string, name: string): never {
  throw new PyException('TemplateRuntimeError', `No ${what} named '${name}' found.`);
}

/** Code that binds the arguments of a filter or test in advance where that can be done. */
function compileBound(
  scope: Scope,
  parts: { readonly entry: Filter; readonly name: string; readonly given: CallArguments },
  compile: Compile,
): (frame: Frame, value: PyValue) => PyValue {
  const { entry, name, given } = parts;
  const { run, raw } = entry;
  const give = compileArguments(scope, given, compile);
  if (raw !== undefined) return (frame, value) => raw(frame.render, value, give(frame));
  const signature = { name, ...entry };
  const plain =
    given.named.length === 0 &&
    given.spread === undefined &&
    given.spreadNamed === undefined &&
    given.positional.length >= entry.required &&
    given.positional.length <= entry.parameters.length;
  if (plain) return (frame, value) => run(frame.render, value, give(frame).positional);
  return (frame, value) => run(frame.render, value, bind(signature, give(frame)));
}

/** Code of a filter. */
export function compileFilter(scope: Scope, filter: FilterExpression, compile: Compile): Evaluate {
  const { of, name, given, line } = filter;
  const value = of === undefined ? undefined : compile(scope, of);
  const entry = find(FILTERS, { what: 'filter', name, line }, scope);
  checkNames(given, line);
  if (entry === undefined) {
    const give = compileArguments(scope, given, compile);
    return (frame) => {
      value?.(frame);
      give(frame);
      return unknown('filter', name);
    };
  }
  if (entry.refused !== undefined)
    throw new TemplateProblem(`the filter '${name}' ${entry.refused}`, line, 'Unsupported');
  const run = compileBound(scope, { entry, name, given }, compile);
  if (value === undefined) return (frame) => run(frame, frame.render.made(frame.render.output));
  return (frame) => run(frame, value(frame));
}

/** Code of a test. */
export function compileTest(
  scope: Scope,
  test: Extract<Expression, { kind: 'test' }>,
  compile: Compile,
): Evaluate {
  const { name, given, line } = test;
  const value = compile(scope, test.of);
  const entry = find(TESTS, { what: 'test', name, line }, scope);
  checkNames(given, line);
  if (entry === undefined) return () => unknown('test', name);
  const run = compileBound(scope, { entry, name, given }, compile);
  return (frame) => run(frame, value(frame));
}

/** Whether code answers something true. */
export function compileCondition(evaluate: Evaluate): (frame: Frame) => boolean {
  return (frame) => {
    const value = evaluate(frame);
    return typeof value === 'boolean' ? value : isTrue(value);
  };
}
