import { calculate, signed } from '../python/arithmetic.ts';
import { equals, inOrder, isTrue } from '../python/comparison.ts';
import { isDictMethod, setItem } from '../python/dict-methods.ts';
import { PyMarkup } from '../python/markup.ts';
import { contains, sliceOf } from '../python/sequence.ts';
import { str } from '../python/text.ts';
import { PyUndefined } from '../python/undefined.ts';
import { PyDict, PyTuple, type PyValue } from '../python/value.ts';
import { compileCall, compileFilter, compileTest } from './compile-call.ts';
import type { Evaluate, Frame } from './frame.ts';
import { lookUpAttribute, lookUpItem } from './lookup.ts';
import { readSlot, type Scope } from './scope.ts';
import type { CompareOperator, Expression, SliceExpression } from './syntax-tree.ts';

type Of<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>;

/** Turns an expression into code. */
export function compileExpression(scope: Scope, value: Expression): Evaluate {
  switch (value.kind) {
    case 'constant': {
      const { value: constant } = value;
      return () => constant;
    }
    case 'name':
      return compileName(scope, value.name);
    case 'attribute': {
      const of = compileExpression(scope, value.of);
      const { name } = value;
      const isKey = !isDictMethod(name);
      return (frame) => {
        const owner = of(frame);
        const item = isKey && owner instanceof PyDict ? owner.get(name) : undefined;
        return item === undefined ? lookUpAttribute(frame.render, owner, name) : item;
      };
    }
    case 'item':
      return compileItem(scope, value);
    case 'call':
      return compileCall(scope, value, compileExpression);
    case 'filter':
      return compileFilter(scope, value, compileExpression);
    case 'test':
      return compileTest(scope, value, compileExpression);
    case 'list':
    case 'tuple':
    case 'dict':
      return compileContainer(scope, value);
    case 'slice':
      return compileSlice(scope, value);
    default:
      return compileOperator(scope, value);
  }
}

function compileName(scope: Scope, name: string): Evaluate {
  const reference = scope.symbols.find(name);
  if (reference === undefined) return (frame) => frame.render.undefined(`'${name}' is undefined`);
  const read = readSlot(scope, reference);
  return (frame) => {
    const value = read(frame);
    return value === undefined ? frame.render.undefined(`'${name}' is undefined`) : value;
  };
}

function compileItem(scope: Scope, value: Of<'item'>): Evaluate {
  const of = compileExpression(scope, value.of);
  const key = compileExpression(scope, value.key);
  return (frame) => lookUpItem(frame.render, of(frame), key(frame));
}

function compileContainer(scope: Scope, value: Of<'list' | 'tuple'> | Of<'dict'>): Evaluate {
  if (value.kind === 'dict') {
    const pairs = value.pairs.map(
      ([key, item]) => [compileExpression(scope, key), compileExpression(scope, item)] as const,
    );
    return (frame) => {
      const dict = new PyDict();
      for (const [key, item] of pairs) setItem(dict, key(frame), item(frame));
      return dict;
    };
  }
  const items = value.items.map((item) => compileExpression(scope, item));
  if (value.kind === 'list') return (frame) => items.map((item) => item(frame));
  return (frame) => new PyTuple(items.map((item) => item(frame)));
}

function compileSlice(scope: Scope, value: SliceExpression): Evaluate {
  const of = compileExpression(scope, value.of);
  const [start, stop, step] = value.bounds.map((bound) =>
    bound === undefined ? (): PyValue => null : compileExpression(scope, bound),
  );
  return (frame) =>
    sliceOf(of(frame), {
      start: start?.(frame) ?? null,
      stop: stop?.(frame) ?? null,
      step: step?.(frame) ?? null,
    });
}

type Operator = Of<'not' | 'sign' | 'binary' | 'and' | 'or' | 'compare' | 'concat' | 'choice'>;

function compileOperator(scope: Scope, value: Operator): Evaluate {
  switch (value.kind) {
    case 'not': {
      const of = compileExpression(scope, value.of);
      return (frame) => !isTrue(of(frame));
    }
    case 'sign': {
      const of = compileExpression(scope, value.of);
      return (frame) => signed(value.sign, of(frame));
    }
    case 'binary': {
      const left = compileExpression(scope, value.left);
      const right = compileExpression(scope, value.right);
      const { operator } = value;
      return (frame) => calculate(operator, left(frame), right(frame));
    }
    case 'and':
    case 'or':
      return compileLogic(scope, value);
    case 'compare':
      return compileComparison(scope, value);
    case 'concat':
      return compileConcat(scope, value);
    case 'choice':
      return compileChoice(scope, value);
  }
}

/** Answers one of the two values, not whether they are true. */
function compileLogic(scope: Scope, value: Of<'and' | 'or'>): Evaluate {
  const left = compileExpression(scope, value.left);
  const right = compileExpression(scope, value.right);
  const stopsAt = value.kind === 'or';
  return (frame) => {
    const first = left(frame);
    return isTrue(first) === stopsAt ? first : right(frame);
  };
}

function compare(operator: CompareOperator, a: PyValue, b: PyValue): boolean {
  switch (operator) {
    case '==':
      return equals(a, b);
    case '!=':
      return !equals(a, b);
    case 'in':
      return contains(b, a);
    case 'notin':
      return !contains(b, a);
    default:
      return inOrder(a, operator, b);
  }
}

/** `a < b < c` holds when each holds, and looks no further once one does not. */
function compileComparison(scope: Scope, value: Of<'compare'>): Evaluate {
  const first = compileExpression(scope, value.first);
  const rest = value.rest.map(
    ([operator, operand]) => [operator, compileExpression(scope, operand)] as const,
  );
  return (frame) => {
    let left = first(frame);
    for (const [operator, operand] of rest) {
      const right = operand(frame);
      if (!compare(operator, left, right)) return false;
      left = right;
    }
    return true;
  };
}

function compileConcat(scope: Scope, value: Of<'concat'>): Evaluate {
  const parts = value.parts.map((part) => compileExpression(scope, part));
  return (frame: Frame) => {
    const values = parts.map((part) => part(frame));
    if (frame.render.autoescape && values.some((part) => part instanceof PyMarkup))
      return new PyMarkup(values.map((part) => frame.render.shown(part)).join(''));
    return values.map(str).join('');
  };
}

function compileChoice(scope: Scope, value: Of<'choice'>): Evaluate {
  const conditional = { ...scope, isConditional: true };
  const test = compileExpression(conditional, value.test);
  const yes = compileExpression(conditional, value.yes);
  const no = value.no === undefined ? undefined : compileExpression(conditional, value.no);
  const missing = `the inline if-expression on line ${value.line} evaluated to false and no else section was defined.`;
  return (frame) => {
    if (isTrue(test(frame))) return yes(frame);
    return no === undefined ? new PyUndefined(missing) : no(frame);
  };
}
