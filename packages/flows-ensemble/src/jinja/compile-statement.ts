import { isTrue } from '../python/comparison.ts';
import { PyException } from '../python/py-exception.ts';
import type { PyValue } from '../python/value.ts';
import { analyzeExpression, analyzeParameters, analyzeStatements } from './analyze.ts';
import { compileCondition, compileFilter } from './compile-call.ts';
import { compileExpression } from './compile-expression.ts';
import { compileFor } from './compile-loop.ts';
import { compileCallBlock, compileMacro } from './compile-macro.ts';
import { compileTarget } from './compile-target.ts';
import type { Execute, Frame } from './frame.ts';
import { namesInFilter } from './names-in.ts';
import { PyNamespace } from './namespace.ts';
import { enterScope, innerScope, leaveScope, readSlot, type Scope, sequence } from './scope.ts';
import type { SetBlockStatement, Statement, Target, WithStatement } from './syntax-tree.ts';
import { namesOf } from './target.ts';
import type { Unit } from './unit.ts';

type Of<Kind extends Statement['kind']> = Extract<Statement, { kind: Kind }>;

/** Turns statements into code. */
export function compileStatements(
  unit: Unit,
  scope: Scope,
  statements: readonly Statement[],
): Execute {
  return sequence(statements.map((statement) => compileStatement(unit, scope, statement)));
}

function compileStatement(unit: Unit, scope: Scope, statement: Statement): Execute {
  const execute = compileKind(unit, scope, statement);
  if (statement.kind === 'data' || statement.kind === 'print' || statement.kind === 'if')
    return execute;
  const { line } = statement;
  return (frame) => {
    frame.render.line = line;
    execute(frame);
  };
}

function compileKind(unit: Unit, scope: Scope, statement: Statement): Execute {
  switch (statement.kind) {
    case 'data': {
      const { text } = statement;
      return (frame) => frame.render.write(text);
    }
    case 'print': {
      const value = compileExpression(scope, statement.value);
      const { line } = statement;
      return (frame) => {
        const { render } = frame;
        render.line = line;
        render.print(value(frame));
      };
    }
    case 'set':
      return compileSet(scope, statement);
    case 'set-block':
      return compileSetBlock(unit, scope, statement);
    case 'if':
      return compileIf(unit, scope, statement);
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
function exportNames(scope: Scope, target: Target): Execute {
  const names = scope.isTop ? namesOf(target) : [];
  return sequence(
    names.flatMap((name) => {
      const slot = scope.symbols.find(name)?.slot;
      if (slot === undefined) return [];
      return [(frame: Frame) => frame.context.set(name, frame.slots[slot] ?? null)];
    }),
  );
}

function compileSet(scope: Scope, statement: Of<'set'>): Execute {
  const value = compileExpression(scope, statement.value);
  const assign = compileTarget(scope, statement.target);
  const exported = exportNames(scope, statement.target);
  const checks = namespacesIn(statement.target).map((name) => {
    const reference = scope.symbols.find(name);
    return reference === undefined ? () => undefined : readSlot(scope, reference);
  });
  return (frame) => {
    for (const read of checks)
      if (!(read(frame) instanceof PyNamespace))
        throw new PyException(
          'TemplateRuntimeError',
          'cannot assign attribute on non-namespace object',
        );
    assign(frame, value(frame));
    exported(frame);
  };
}

function compileSetBlock(unit: Unit, scope: Scope, statement: SetBlockStatement): Execute {
  const inner = innerScope(scope);
  analyzeStatements(inner.symbols, statement.body);
  const { filter } = statement;
  if (filter !== undefined) for (const name of namesInFilter(filter)) inner.symbols.load(name);
  const enter = enterScope(inner);
  const body = unit.body(inner, statement.body);
  const filtered =
    filter === undefined ? undefined : compileFilter(inner, filter, compileExpression);
  const leave = leaveScope(inner);
  const assign = compileTarget(scope, statement.target);
  const exported = exportNames(scope, statement.target);
  return (frame) => {
    enter(frame);
    const { render } = frame;
    let value: PyValue = null;
    const text = render.capture(() => {
      body(frame);
      if (filtered !== undefined) value = filtered(frame);
    });
    assign(frame, filtered === undefined ? render.made(text) : value);
    exported(frame);
    leave(frame);
  };
}

function compileIf(unit: Unit, scope: Scope, statement: Of<'if'>): Execute {
  const soft = { ...scope, isConditional: true };
  const branches = statement.branches.map((branch) => ({
    line: branch.line,
    holds: compileCondition(compileExpression(soft, branch.test)),
    body: unit.body(soft, branch.body),
  }));
  const otherwise = unit.body(soft, statement.otherwise);
  return (frame) => {
    for (const { line, holds, body } of branches) {
      frame.render.line = line;
      if (holds(frame)) {
        body(frame);
        return;
      }
    }
    otherwise(frame);
  };
}

function compileWith(unit: Unit, scope: Scope, statement: WithStatement): Execute {
  const inner = innerScope(scope);
  for (const target of statement.targets) analyzeParameters(inner.symbols, target);
  analyzeStatements(inner.symbols, statement.body);
  const enter = enterScope(inner);
  const values = statement.values.map((value) => compileExpression(scope, value));
  const assigns = statement.targets.map((target) => compileTarget(inner, target));
  const body = unit.body(inner, statement.body);
  const leave = leaveScope(inner);
  return (frame) => {
    enter(frame);
    for (const [at, assign] of assigns.entries()) assign(frame, values[at]?.(frame) ?? null);
    body(frame);
    leave(frame);
  };
}

function compileFilterBlock(unit: Unit, scope: Scope, statement: Of<'filter-block'>): Execute {
  const inner = innerScope(scope);
  analyzeStatements(inner.symbols, statement.body);
  for (const name of namesInFilter(statement.filter)) inner.symbols.load(name);
  const enter = enterScope(inner);
  const body = unit.body(inner, statement.body);
  const filter = compileFilter(inner, statement.filter, compileExpression);
  const leave = leaveScope(inner);
  return (frame) => {
    enter(frame);
    let value: PyValue = null;
    frame.render.capture(() => {
      body(frame);
      value = filter(frame);
    });
    frame.render.print(value);
    leave(frame);
  };
}

function compileBlockCall(unit: Unit, scope: Scope, statement: Of<'block'>): Execute {
  const { name, required } = statement;
  const names = statement.scoped ? [...scope.symbols.stored()] : [];
  const reads = names.map(([key, reference]) => [key, readSlot(scope, reference)] as const);
  unit.addBlock(statement);
  return (frame) => {
    if (required)
      throw new PyException('TemplateRuntimeError', `Required block '${name}' not found`);
    const seen = new Map<string, PyValue>();
    for (const [key, read] of reads) {
      const value = read(frame);
      if (value !== undefined) seen.set(key, value);
    }
    unit.runBlock(name, statement.scoped ? frame.context.derived(seen) : frame.context);
  };
}

function compileAutoescape(unit: Unit, scope: Scope, statement: Of<'autoescape'>): Execute {
  const inner = innerScope(scope);
  analyzeExpression(inner.symbols, statement.on);
  analyzeStatements(inner.symbols, statement.body);
  const enter = enterScope(inner);
  const on = compileExpression(inner, statement.on);
  const body = unit.body(inner, statement.body);
  const leave = leaveScope(inner);
  return (frame) => {
    enter(frame);
    const before = frame.render.autoescape;
    frame.render.autoescape = isTrue(on(frame));
    body(frame);
    frame.render.autoescape = before;
    leave(frame);
  };
}
