import { analyzeExpression, analyzeParameters, analyzeStatements } from './analyze.ts';
import { declarations, valueCode, variable } from './code.ts';
import { compileCondition, compileValue, printed } from './compile-expression.ts';
import { compileTarget } from './compile-target.ts';
import { undeclaredIn } from './names-in.ts';
import { enterScope, helper, innerScope, leaveScope, type Scope } from './scope.ts';
import type { ForStatement, Statement, Target } from './syntax-tree.ts';
import { namesOf } from './target.ts';
import { TemplateProblem } from './template-error.ts';
import type { Unit } from './unit.ts';

/** Turns a loop into code. */
export function compileFor(unit: Unit, scope: Scope, statement: ForStatement): string {
  checkLoopName(statement);
  const of = compileValue(scope, statement.of);
  const select = compileSelection(scope, statement);
  if (!statement.recursive) {
    const places = { outer: scope, inner: innerScope(scope) };
    return compileRounds(unit, places, statement, { values: selected(select, of) });
  }
  const own = innerScope(scope, true);
  const rounds = compileRounds(unit, { outer: scope, inner: own }, statement, {
    values: selected(select, 'values'),
    recursion: '{ recurse, depth }',
  });
  const body = `${declarations(own.symbols.owner)}${rounds}return written(o);\n`;
  const run = `(recurse, values, depth) => {\n${body}}`;
  return `o += ${printed(scope, valueCode(`recursing(r, ${of}, ${run})`))};\n`;
}

function selected(select: string | undefined, values: string): string {
  return select === undefined ? values : `selecting(r, ${values}, ${select})`;
}

function assignsLoop(statement: Statement): boolean {
  switch (statement.kind) {
    case 'set':
    case 'set-block':
      if (namesOf(statement.target).includes('loop')) return true;
      break;
    case 'for':
      if (namesOf(statement.target).includes('loop')) return true;
      break;
    case 'if':
      return [...statement.branches.flatMap(({ body }) => body), ...statement.otherwise].some(
        assignsLoop,
      );
    default:
  }
  return 'body' in statement && statement.body.some(assignsLoop);
}

function checkLoopName(statement: ForStatement): void {
  if (assignsLoop(statement) || statement.otherwise.some(assignsLoop))
    throw new TemplateProblem(
      "Can't assign to special loop variable in for-loop target",
      statement.line,
      'TemplateAssertionError',
    );
}

function hasScopedBlock(statement: Statement): boolean {
  if (statement.kind === 'block' && statement.scoped) return true;
  if (statement.kind === 'if')
    return [...statement.branches.flatMap(({ body }) => body), ...statement.otherwise].some(
      hasScopedBlock,
    );
  return 'body' in statement && statement.body.some(hasScopedBlock);
}

/** Code that answers what a target was given, as the code of Jinja does: names in a tuple come back as a tuple. */
function compileReading(scope: Scope, target: Target): string {
  if (target.kind === 'namespace') return 'null';
  if (target.kind === 'tuple')
    return `new PyTuple([${target.items.map((item) => compileReading(scope, item)).join(', ')}])`;
  const reference = scope.symbols.find(target.name);
  return reference === undefined ? 'null' : `(${variable(reference)} ?? null)`;
}

/**
 * Code of `for ... if test`: makes a function that answers the items that pass, and `undefined` for others. It is called item
 * by item, so that the loop can tell first from last.
 */
function compileSelection(scope: Scope, statement: ForStatement): string | undefined {
  const { test, target } = statement;
  if (test === undefined) return undefined;
  const inner = innerScope(scope, true);
  analyzeParameters(inner.symbols, target);
  analyzeExpression(inner.symbols, test);
  const assign = compileTarget(inner, target, 'item');
  const holds = compileCondition(inner, test);
  const step = `${assign}return ${holds} ? ${compileReading(inner, target)} : undefined;\n`;
  return `() => {\n${declarations(inner.symbols.owner)}${enterScope(inner)}return (item) => {\n${step}};\n}`;
}

interface Places {
  readonly outer: Scope;
  readonly inner: Scope;
}

/** Code of what a loop goes through, and of what `loop` has to know to run it again. */
interface Source {
  readonly values: string;
  readonly recursion?: string;
}

function isExtended(statement: ForStatement): boolean {
  return (
    statement.recursive ||
    undeclaredIn(statement.body, ['loop']).size > 0 ||
    statement.body.some(hasScopedBlock)
  );
}

function compileRounds(unit: Unit, places: Places, statement: ForStatement, from: Source): string {
  const { outer, inner } = places;
  const loop = isExtended(statement) ? inner.symbols.parameter('loop') : undefined;
  const scope = { ...inner, loop: loop ?? inner.loop };
  analyzeParameters(scope.symbols, statement.target);
  analyzeStatements(scope.symbols, statement.body);
  const item = helper(scope);
  const round = [
    'r.countRound();\n',
    compileTarget(scope, statement.target, item),
    enterScope(scope),
    unit.body(scope, statement.body),
    'if (o.length > MAX_TEXT) written(o);\n',
  ].join('');
  const otherwise = compileOtherwise(
    unit,
    { ...inner, symbols: outer.symbols.inner(inner.symbols.owner), loop: outer.loop },
    statement,
  );
  const rounds = helper(scope);
  const through = { item, rounds, round };
  const code =
    loop === undefined
      ? plainLoop(scope, through, from)
      : contextLoop(variable(loop), through, from);
  const rest = otherwise === '' ? '' : `if (${rounds} === 0) {\n${otherwise}}\n`;
  return code + leaveScope(scope) + rest;
}

interface Through {
  readonly item: string;
  /** Counts how often the loop went round. */
  readonly rounds: string;
  readonly round: string;
}

function plainLoop(scope: Scope, { item, rounds, round }: Through, { values }: Source): string {
  const [list, next] = [helper(scope), helper(scope)];
  // Lists go by place: that is faster, and sees them grow.
  const step = `${next} === undefined ? (${rounds} < ${list}.length ? ${list}[${rounds}] : undefined) : ${next}()`;
  return `${list} = ${values};
${next} = isList(${list}) ? undefined : pull(${list});
for (${rounds} = 0; (${item} = ${step}) !== undefined; ${rounds} += 1) {\n${round}}\n`;
}

function contextLoop(
  loop: string,
  { item, rounds, round }: Through,
  { values, recursion = 'undefined' }: Source,
): string {
  return `${loop} = new LoopContext(${values}, r, ${recursion});
for (${rounds} = 0; (${item} = ${loop}.next()) !== undefined; ${rounds} += 1) {\n${round}}\n`;
}

function compileOtherwise(unit: Unit, inner: Scope, statement: ForStatement): string {
  if (statement.otherwise.length === 0) return '';
  analyzeStatements(inner.symbols, statement.otherwise);
  const body = unit.body(inner, statement.otherwise);
  return enterScope(inner) + body + leaveScope(inner);
}
