import { type Pull, PyIterator, pull } from '../python/iterator.ts';
import { PyTuple, type PyValue } from '../python/value.ts';
import { analyzeExpression, analyzeParameters, analyzeStatements } from './analyze.ts';
import { compileCondition } from './compile-call.ts';
import { compileExpression } from './compile-expression.ts';
import { compileTarget } from './compile-target.ts';
import { type Execute, Frame } from './frame.ts';
import { LoopContext, type Recurse } from './loop-context.ts';
import { undeclaredIn } from './names-in.ts';
import { enterScope, innerScope, leaveScope, readSlot, type Scope } from './scope.ts';
import type { ForStatement, Statement, Target } from './syntax-tree.ts';
import { namesOf } from './target.ts';
import { TemplateProblem } from './template-error.ts';
import type { Unit } from './unit.ts';

/** Runs a loop over a value: in the frame of the code around it, or in one of its own. */
type RunLoop = (frame: Frame, values: PyValue, recursion?: Recursion) => void;

interface Recursion {
  readonly recurse: Recurse;
  readonly depth: number;
}

/** Turns a loop into code. */
export function compileFor(unit: Unit, scope: Scope, statement: ForStatement): Execute {
  checkLoopName(statement);
  const of = compileExpression(scope, statement.of);
  const selected = compileSelection(scope, statement);
  if (!statement.recursive) {
    const run = compileRounds(unit, { outer: scope, inner: innerScope(scope) }, statement);
    return (frame) => run(frame, selected(frame, of(frame)));
  }
  const own = innerScope(scope, true);
  const run = compileRounds(unit, { outer: scope, inner: own }, statement);
  return (frame) => {
    const { render } = frame;
    const recurse: Recurse = (values, depth) =>
      render.nested(() =>
        render.made(
          render.capture(() => {
            const fresh = new Frame(own.symbols.owner, frame.context, frame);
            run(fresh, selected(frame, values), { recurse, depth });
          }),
        ),
      );
    const result = recurse(of(frame), 0);
    if (typeof result === 'string') render.write(result);
    else render.print(result);
  };
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
function compileReading(scope: Scope, target: Target): (frame: Frame) => PyValue {
  if (target.kind === 'namespace') return () => null;
  if (target.kind === 'tuple') {
    const reads = target.items.map((item) => compileReading(scope, item));
    return (frame) => new PyTuple(reads.map((read) => read(frame)));
  }
  const reference = scope.symbols.find(target.name);
  const read = reference === undefined ? () => null : readSlot(scope, reference);
  return (frame) => read(frame) ?? null;
}

/** `for ... if test`: goes through what passes, one by one, so that the loop can tell first from last. */
function compileSelection(
  scope: Scope,
  statement: ForStatement,
): (frame: Frame, values: PyValue) => PyValue {
  const { test, target } = statement;
  if (test === undefined) return (_frame, values) => values;
  const inner = innerScope(scope, true);
  analyzeParameters(inner.symbols, target);
  analyzeExpression(inner.symbols, test);
  const enter = enterScope(inner);
  const assign = compileTarget(inner, target);
  const holds = compileCondition(compileExpression(inner, test));
  const read = compileReading(inner, target);
  return (frame, values) => {
    let own: Frame | undefined;
    let next: Pull | undefined;
    return new PyIterator(() => {
      if (own === undefined) {
        own = new Frame(inner.symbols.owner, frame.context, frame);
        enter(own);
      }
      next ??= pull(values);
      for (let value = next(); value !== undefined; value = next()) {
        frame.render.countRound();
        assign(own, value);
        if (holds(own)) return read(own);
      }
      return undefined;
    });
  };
}

function compileRounds(
  unit: Unit,
  { outer, inner }: { readonly outer: Scope; readonly inner: Scope },
  statement: ForStatement,
): RunLoop {
  const extended =
    statement.recursive ||
    undeclaredIn(statement.body, ['loop']).size > 0 ||
    statement.body.some(hasScopedBlock);
  const loopSlot = extended ? inner.symbols.parameter('loop').slot : undefined;
  analyzeParameters(inner.symbols, statement.target);
  analyzeStatements(inner.symbols, statement.body);
  const enter = enterScope(inner);
  const assign = compileTarget(inner, statement.target);
  const body = unit.body(inner, statement.body);
  const leave = leaveScope(inner);
  const otherwise = compileOtherwise(
    unit,
    { ...inner, symbols: outer.symbols.inner(inner.symbols.owner) },
    statement,
  );
  return (frame, values, recursion) => {
    let rounds = 0;
    const round = (value: PyValue): void => {
      rounds += 1;
      frame.render.countRound();
      assign(frame, value);
      enter(frame);
      body(frame);
    };
    if (loopSlot !== undefined) {
      const loop = new LoopContext(values, frame.render, recursion);
      for (let value = loop.next(); value !== undefined; value = loop.next()) {
        frame.slots[loopSlot] = loop;
        round(value);
      }
    } else {
      const next = pull(values);
      for (let value = next(); value !== undefined; value = next()) round(value);
    }
    leave(frame);
    if (rounds === 0) otherwise?.(frame);
  };
}

function compileOtherwise(unit: Unit, inner: Scope, statement: ForStatement): Execute | undefined {
  if (statement.otherwise.length === 0) return undefined;
  analyzeStatements(inner.symbols, statement.otherwise);
  const enter = enterScope(inner);
  const body = unit.body(inner, statement.otherwise);
  const leave = leaveScope(inner);
  return (frame) => {
    enter(frame);
    body(frame);
    leave(frame);
  };
}
