import { PyException } from '../python/py-exception.ts';
import type { PyValue } from '../python/value.ts';
import { analyzeSignature, analyzeStatements } from './analyze.ts';
import { compileArguments } from './compile-call.ts';
import { compileExpression } from './compile-expression.ts';
import { type Execute, Frame } from './frame.ts';
import { callValue } from './lookup.ts';
import { Macro, type MacroShape } from './macro.ts';
import { undeclaredIn } from './names-in.ts';
import { enterScope, innerScope, type Scope } from './scope.ts';
import type { CallStatement, MacroStatement } from './syntax-tree.ts';
import { TemplateProblem } from './template-error.ts';
import type { Unit } from './unit.ts';

type MacroSource = Pick<MacroStatement, 'line' | 'signature' | 'body'> & { readonly name?: string };

const SPECIAL = ['caller', 'kwargs', 'varargs'] as const;

/** Code that makes a macro where it is defined; its body sees the names around it as they are when it is called. */
function compileBody(unit: Unit, scope: Scope, source: MacroSource): (frame: Frame) => Macro {
  const { signature, body } = source;
  const inner = innerScope(scope, true);
  analyzeSignature(inner.symbols, signature);
  analyzeStatements(inner.symbols, body);
  const uses = undeclaredIn(body, SPECIAL);
  checkCaller(source, uses);
  const { parameters } = signature;
  const slots = parameters.map((name) => inner.symbols.find(name)?.slot ?? 0);
  const extra = SPECIAL.filter((name) => uses.has(name) && !parameters.includes(name));
  const extraSlots = extra.map((name) => inner.symbols.parameter(name).slot);
  const allSlots = [...slots, ...extraSlots];
  analyzeSignature(inner.symbols, signature);
  analyzeStatements(inner.symbols, body);
  const enter = enterScope(inner);
  const fill = compileDefaults(inner, source, slots);
  const execute = unit.body(inner, body);
  const shape: MacroShape = {
    name: source.name,
    parameters,
    takesNamed: extra.includes('kwargs'),
    takesMore: extra.includes('varargs'),
    takesCaller: uses.has('caller'),
  };
  return (around) => {
    const { context, render } = around;
    return new Macro(shape, render, (values) => {
      const frame = new Frame(inner.symbols.owner, context, around);
      for (const [at, slot] of allSlots.entries()) frame.slots[slot] = values[at];
      enter(frame);
      fill(frame);
      return render.made(render.capture(() => execute(frame)));
    });
  };
}

/** `caller` may be a parameter only when it can be left out. */
function checkCaller(source: MacroSource, uses: ReadonlySet<string>): void {
  const { parameters, defaults } = source.signature;
  const at = parameters.indexOf('caller');
  if (uses.has('caller') && at !== -1 && at < parameters.length - defaults.length)
    throw new TemplateProblem(
      'the special argument "caller" must be left out or have a default',
      source.line,
      'TemplateAssertionError',
    );
}

function compileDefaults(
  scope: Scope,
  { signature }: MacroSource,
  slots: readonly number[],
): Execute {
  const { parameters, defaults } = signature;
  const first = parameters.length - defaults.length;
  const values = parameters.map((name, at) => {
    const value = defaults[at - first];
    if (value !== undefined) return compileExpression(scope, value);
    return (frame: Frame): PyValue =>
      frame.render.undefined(`parameter '${name}' was not provided`);
  });
  return (frame) => {
    slots.forEach((slot, at) => {
      if (frame.slots[slot] === undefined) frame.slots[slot] = values[at]?.(frame);
    });
  };
}

/** Turns a macro into code. */
export function compileMacro(unit: Unit, scope: Scope, statement: MacroStatement): Execute {
  const make = compileBody(unit, scope, statement);
  const { name } = statement;
  const slot = scope.symbols.find(name)?.slot ?? 0;
  return (frame) => {
    const macro = make(frame);
    frame.slots[slot] = macro;
    if (scope.isTop) frame.context.set(name, macro);
  };
}

/** Turns a `call` block into code: its body becomes `caller` of what is called. */
export function compileCallBlock(unit: Unit, scope: Scope, statement: CallStatement): Execute {
  const make = compileBody(unit, scope, statement);
  const of = compileExpression(scope, statement.call.of);
  const give = compileArguments(scope, statement.call.given, compileExpression);
  return (frame) => {
    const caller = make(frame);
    const callee = of(frame);
    const given = give(frame);
    if (given.named.has('caller'))
      throw new PyException('TypeError', "got multiple values for keyword argument 'caller'");
    const named = new Map<string, PyValue>([...given.named, ['caller', caller]]);
    frame.render.print(callValue(callee, { ...given, named }));
  };
}
