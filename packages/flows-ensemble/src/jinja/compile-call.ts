import { percentFormatter } from '../python/percent-format.ts';
import { asValue, type Code, literal, valueCode } from './code.ts';
import type { Filter } from './filter.ts';
import { FILTERS } from './filters.ts';
import type { Scope } from './scope.ts';
import type { CallArguments, Expression, FilterExpression } from './syntax-tree.ts';
import { TemplateProblem } from './template-error.ts';
import { TESTS } from './tests.ts';

type Compile = (scope: Scope, value: Expression) => Code;

interface ArgumentsCode {
  /** A list of the arguments without a name. */
  readonly positional: string;
  /** How many there are; `undefined` where that is known only when the code runs. */
  readonly count: number | undefined;
  /** All arguments, with those that have a name. */
  readonly all: string;
  readonly hasNames: boolean;
}

/** Code that works out the arguments of a call. */
export function compileArguments(
  scope: Scope,
  given: CallArguments,
  compile: Compile,
): ArgumentsCode {
  const code = (value: Expression): string => asValue(compile(scope, value));
  const { spread, spreadNamed } = given;
  const items = given.positional.map(code);
  if (spread !== undefined) items.push(`...iterate(${code(spread)})`);
  const names = given.named.map(([name, value]) => `[${literal(name)}, ${code(value)}]`);
  const hasNames = names.length > 0 || spreadNamed !== undefined;
  const more = spreadNamed === undefined ? '' : `, ${code(spreadNamed)}`;
  const named = hasNames ? `namedValues([${names.join(', ')}]${more})` : 'NO_NAMES';
  const positional = `[${items.join(', ')}]`;
  return {
    positional,
    count: spread === undefined ? given.positional.length : undefined,
    all: `{ positional: ${positional}, named: ${named} }`,
    hasNames,
  };
}

/** Code of a call. */
export function compileCall(
  scope: Scope,
  call: Extract<Expression, { kind: 'call' }>,
  compile: Compile,
): Code {
  checkNames(call.given, call.line);
  scope.program.calls += 1;
  const of = asValue(compile(scope, call.of));
  const given = compileArguments(scope, call.given, compile);
  if (given.hasNames) return valueCode(`callValue(${of}, ${given.all})`);
  return valueCode(`callPlainly(${of}, ${given.positional})`);
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

/** Code that calls a filter or test; binds the arguments in advance where that can be done. */
function compileBound(
  scope: Scope,
  parts: { readonly entry: Filter; readonly name: string; readonly value: string },
  given: ArgumentsCode,
): Code {
  const { entry, name, value } = parts;
  const { program } = scope;
  if (entry.counts !== undefined && given.count === 0 && !given.hasNames)
    return { js: `${program.constant(entry.counts)}(${value})`, gives: 'count' };
  if (entry.raw !== undefined)
    return valueCode(`${program.constant(entry.raw)}(r, ${value}, ${given.all})`);
  const { count } = given;
  const inPlace =
    !given.hasNames &&
    count !== undefined &&
    count >= entry.required &&
    count <= entry.parameters.length;
  const bound = inPlace
    ? given.positional
    : `bind(${program.constant({ name, ...entry })}, ${given.all})`;
  return valueCode(`${program.constant(entry.run)}(r, ${value}, ${bound})`);
}

/** Code of a filter. */
export function compileFilter(scope: Scope, filter: FilterExpression, compile: Compile): Code {
  const { of, name, line } = filter;
  const value = of === undefined ? scope.program.made('o') : asValue(compile(scope, of));
  const entry = find(FILTERS, { what: 'filter', name, line }, scope);
  checkNames(filter.given, line);
  const given = compileArguments(scope, filter.given, compile);
  if (entry === undefined)
    return valueCode(`unknown("filter", ${literal(name)}, [${value}, ${given.all}])`);
  if (entry.refused !== undefined)
    throw new TemplateProblem(`the filter '${name}' ${entry.refused}`, line, 'Unsupported');
  if (
    name === 'format' &&
    of?.kind === 'constant' &&
    typeof of.value === 'string' &&
    !given.hasNames
  ) {
    const formatter = scope.program.constant(percentFormatter(of.value));
    return { js: `${formatter}(${given.positional})`, gives: 'text' };
  }
  return compileBound(scope, { entry, name, value }, given);
}

/** Code of a test. */
export function compileTest(
  scope: Scope,
  test: Extract<Expression, { kind: 'test' }>,
  compile: Compile,
): Code {
  const { name, line } = test;
  const value = asValue(compile(scope, test.of));
  const entry = find(TESTS, { what: 'test', name, line }, scope);
  checkNames(test.given, line);
  const given = compileArguments(scope, test.given, compile);
  if (entry === undefined) return valueCode(`unknown("test", ${literal(name)})`);
  // Every test answers a bool.
  return { ...compileBound(scope, { entry, name, value }, given), gives: 'boolean' };
}
