import { analyzeExpression, analyzeParameters, analyzeStatements } from './analyze.ts';
import { asValue, literal, valueCode, variable } from './code.ts';
import { compileFilter } from './compile-call.ts';
import {
  compileCondition,
  compileExpression,
  compilePrinted,
  compileValue,
  printed,
} from './compile-expression.ts';
import { compileFor } from './compile-loop.ts';
import { compileCallBlock, compileMacro } from './compile-macro.ts';
import { compileTarget } from './compile-target.ts';
import { namesInFilter } from './names-in.ts';
import { enterScope, helper, innerScope, leaveScope, type Scope } from './scope.ts';
import type { SetBlockStatement, Statement, Target, WithStatement } from './syntax-tree.ts';
import { namesOf } from './target.ts';
import type { Unit } from './unit.ts';

type Of<Kind extends Statement['kind']> = Extract<Statement, { kind: Kind }>;

/** Turns statements into code. What is written in a row is put together first, which is faster. */
export function compileStatements(
  unit: Unit,
  scope: Scope,
  statements: readonly Statement[],
): string {
  let code = '';
  let row: string[] = [];
  /** The line that is known to be noted already. */
  let line: number | undefined;
  for (const statement of statements) {
    if (statement.kind === 'data') {
      row.push(literal(statement.text));
    } else if (statement.kind === 'print') {
      const { calls } = scope.program;
      const printing = compilePrinted(scope, statement.value);
      row.push(line === statement.line ? printing : `(r.line = ${statement.line}, ${printing})`);
      // What is called may be a macro, which notes its own lines.
      line = scope.program.calls > calls ? undefined : statement.line;
    } else {
      code += write(row) + compileStatement(unit, scope, statement);
      row = [];
      line = undefined;
    }
    if (row.length >= MAX_ROW) {
      code += write(row);
      row = [];
    }
  }
  return code + write(row);
}

/** Most parts that are put together in one expression. */
const MAX_ROW = 16;

function write(row: readonly string[]): string {
  return row.length === 0 ? '' : `o += ${row.join(' + ')};\n`;
}

function at(line: number): string {
  return `r.line = ${line};\n`;
}

type Compound = Exclude<Statement, { kind: 'data' | 'print' }>;

function compileStatement(unit: Unit, scope: Scope, statement: Compound): string {
  if (statement.kind === 'if') return compileIf(unit, scope, statement);
  return at(statement.line) + compileKind(unit, scope, statement);
}

function compileKind(
  unit: Unit,
  scope: Scope,
  statement: Exclude<Compound, { kind: 'if' }>,
): string {
  switch (statement.kind) {
    case 'set':
      return compileSet(scope, statement);
    case 'set-block':
      return compileSetBlock(unit, scope, statement);
    case 'for':
      return compileFor(unit, scope, statement);
    case 'macro':
      return compileMacro(unit, scope, statement);
    case 'call-block':
      return compileCallBlock(unit, scope, statement);
    case 'with':
      return compileWith(unit, scope, statement);
    case 'filter-block':
      return compileFilterBlock(unit, scope, statement);
    case 'block':
      return compileBlockCall(unit, scope, statement);
    case 'autoescape':
      return compileAutoescape(unit, scope, statement);
  }
}

function namespacesIn(target: Target): readonly string[] {
  if (target.kind === 'namespace') return [target.name];
  return target.kind === 'tuple' ? target.items.flatMap(namespacesIn) : [];
}

/** Names set at the top are seen by macros and blocks too, which look them up in the context. */
function exportNames(scope: Scope, target: Target): string {
  const names = scope.isTop ? namesOf(target) : [];
  return names
    .map((name) => {
      const reference = scope.symbols.find(name);
      return reference === undefined
        ? ''
        : `c.set(${literal(name)}, ${variable(reference)} ?? null);\n`;
    })
    .join('');
}

function compileSet(scope: Scope, statement: Of<'set'>): string {
  const { target } = statement;
  const checks = namespacesIn(target).map((name) => {
    const reference = scope.symbols.find(name);
    return `needNamespace(${reference === undefined ? 'undefined' : variable(reference)});\n`;
  });
  const assign = compileTarget(scope, target, compileValue(scope, statement.value));
  return checks.join('') + assign + exportNames(scope, target);
}

/** Code that runs statements and keeps what they write in a variable; `inside` runs while `o` holds it. */
function capture(scope: Scope, text: string, parts: readonly string[]): string {
  const before = helper(scope);
  return `${before} = o;\no = "";\n${parts.join('')}${text} = written(o);\no = ${before};\n`;
}

function compileSetBlock(unit: Unit, scope: Scope, statement: SetBlockStatement): string {
  const inner = innerScope(scope);
  analyzeStatements(inner.symbols, statement.body);
  const { filter, target } = statement;
  if (filter !== undefined) for (const name of namesInFilter(filter)) inner.symbols.load(name);
  const body = unit.body(inner, statement.body);
  const [text, value] = [helper(scope), helper(scope)];
  const last =
    filter === undefined
      ? `${value} = ${scope.program.made('o')};\n`
      : `${value} = ${asValue(compileFilter(inner, filter, compileExpression))};\n`;
  return [
    enterScope(inner),
    capture(scope, text, [body, last]),
    compileTarget(scope, target, value),
    exportNames(scope, target),
    leaveScope(inner),
  ].join('');
}

function compileIf(unit: Unit, scope: Scope, statement: Of<'if'>): string {
  const soft = { ...scope, isConditional: true };
  const branches = statement.branches.map(({ line, test, body }) => {
    const condition = compileCondition(soft, test);
    return `if (r.line = ${line}, ${condition}) {\n${unit.body(soft, body)}}`;
  });
  const otherwise = unit.body(soft, statement.otherwise);
  const last = otherwise === '' ? '' : ` else {\n${otherwise}}`;
  return `${branches.join(' else ')}${last}\n`;
}

function compileWith(unit: Unit, scope: Scope, statement: WithStatement): string {
  const inner = innerScope(scope);
  for (const target of statement.targets) analyzeParameters(inner.symbols, target);
  analyzeStatements(inner.symbols, statement.body);
  const assigns = statement.targets.map((target, place) => {
    const value = statement.values[place];
    return compileTarget(inner, target, value === undefined ? 'null' : compileValue(scope, value));
  });
  const body = unit.body(inner, statement.body);
  return enterScope(inner) + assigns.join('') + body + leaveScope(inner);
}

function compileFilterBlock(unit: Unit, scope: Scope, statement: Of<'filter-block'>): string {
  const inner = innerScope(scope);
  analyzeStatements(inner.symbols, statement.body);
  for (const name of namesInFilter(statement.filter)) inner.symbols.load(name);
  const body = unit.body(inner, statement.body);
  const [text, value] = [helper(scope), helper(scope)];
  const filtered = `${value} = ${asValue(compileFilter(inner, statement.filter, compileExpression))};\n`;
  return [
    enterScope(inner),
    capture(scope, text, [body, filtered]),
    `o += ${printed(scope, valueCode(value))};\n`,
    leaveScope(inner),
  ].join('');
}

function compileBlockCall(unit: Unit, scope: Scope, statement: Of<'block'>): string {
  const { name, required } = statement;
  unit.addBlock(statement);
  if (required) return `missingBlock(${literal(name)});\n`;
  const seen = [...scope.symbols.stored()].map(
    ([key, reference]) => `[${literal(key)}, ${variable(reference)}]`,
  );
  const context = statement.scoped ? `c.derived([${seen.join(', ')}])` : 'c';
  return `o += b.run(${literal(name)}, ${context});\n`;
}

function compileAutoescape(unit: Unit, scope: Scope, statement: Of<'autoescape'>): string {
  const inner = innerScope(scope);
  analyzeExpression(inner.symbols, statement.on);
  analyzeStatements(inner.symbols, statement.body);
  const on = compileCondition(inner, statement.on);
  const body = unit.body(inner, statement.body);
  const before = helper(scope);
  return [
    enterScope(inner),
    `${before} = r.autoescape;\nr.autoescape = ${on};\n`,
    body,
    `r.autoescape = ${before};\n`,
    leaveScope(inner),
  ].join('');
}
