import { isDictMethod } from '../python/dict-methods.ts';
import type { PyValue } from '../python/value.ts';
import { asCondition, asText, asValue, type Code, literal, valueCode, variable } from './code.ts';
import { compileCall, compileFilter, compileTest } from './compile-call.ts';
import { helper, type Scope } from './scope.ts';
import type { Expression } from './syntax-tree.ts';

type Of<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>;

/** Turns an expression into code. */
export function compileExpression(scope: Scope, value: Expression): Code {
  switch (value.kind) {
    case 'constant':
      return compileConstant(scope, value.value);
    case 'name':
      return compileName(scope, value.name);
    case 'attribute':
      return compileAttribute(scope, value);
    case 'item':
      return valueCode(
        `lookUpItem(r, ${compileValue(scope, value.of)}, ${compileValue(scope, value.key)})`,
      );
    case 'call':
      return compileCall(scope, value, compileExpression);
    case 'filter':
      return compileFilter(scope, value, compileExpression);
    case 'test':
      return compileTest(scope, value, compileExpression);
    case 'list':
    case 'tuple': {
      const items = value.items.map((item) => compileValue(scope, item)).join(', ');
      return valueCode(value.kind === 'list' ? `[${items}]` : `new PyTuple([${items}])`);
    }
    case 'dict': {
      const pairs = value.pairs.map((pair) => pair.map((part) => compileValue(scope, part)));
      return valueCode(`dictOf([${pairs.map(([key, item]) => `[${key}, ${item}]`).join(', ')}])`);
    }
    case 'slice': {
      const [start, stop, step] = value.bounds.map((bound) =>
        bound === undefined ? 'null' : compileValue(scope, bound),
      );
      const of = compileValue(scope, value.of);
      return valueCode(`sliceOf(${of}, { start: ${start}, stop: ${stop}, step: ${step} })`);
    }
    default:
      return compileOperator(scope, value);
  }
}

/** Code of an expression that gives the value itself. */
export function compileValue(scope: Scope, value: Expression): string {
  return asValue(compileExpression(scope, value));
}

/** Code that says whether an expression is true. */
export function compileCondition(scope: Scope, value: Expression): string {
  if (value.kind === 'not') return `(!${compileCondition(scope, value.of)})`;
  if (value.kind === 'and' || value.kind === 'or') {
    const operator = value.kind === 'and' ? '&&' : '||';
    return `(${compileCondition(scope, value.left)} ${operator} ${compileCondition(scope, value.right)})`;
  }
  return asCondition(compileExpression(scope, value));
}

/** Code of what is printed for an expression. */
export function compilePrinted(scope: Scope, value: Expression): string {
  if (value.kind === 'choice') {
    const soft = { ...scope, isConditional: true };
    const no = value.no === undefined ? '""' : compilePrinted(soft, value.no);
    return `(${compileCondition(soft, value.test)} ? ${compilePrinted(soft, value.yes)} : ${no})`;
  }
  return printed(scope, compileExpression(scope, value));
}

/** Code of what is printed for a value. */
export function printed(scope: Scope, code: Code): string {
  const isPlain = code.gives === 'boolean' || code.gives === 'count';
  return scope.program.escapes && !isPlain ? `r.shown(${code.js})` : asText(code);
}

function compileConstant(scope: Scope, value: PyValue): Code {
  switch (typeof value) {
    case 'string':
      return { js: literal(value), gives: 'text' };
    case 'boolean':
      return { js: String(value), gives: 'boolean' };
    case 'bigint':
      return valueCode(`(${value}n)`);
    default:
      return valueCode(value === null ? 'null' : scope.program.constant(value));
  }
}

function compileName(scope: Scope, name: string): Code {
  const reference = scope.symbols.find(name);
  const missing = `r.undefined(${literal(`'${name}' is undefined`)})`;
  if (reference === undefined) return valueCode(missing);
  const value = variable(reference);
  return valueCode(`(${value} === undefined ? ${missing} : ${value})`);
}

/** What is asked of `loop` most, without the detour over its attributes. */
const LOOP: ReadonlyMap<string, (loop: string) => Code> = new Map([
  ['index', (loop): Code => ({ js: `(${loop}.index + 1)`, gives: 'count' })],
  ['index0', (loop): Code => ({ js: `${loop}.index`, gives: 'count' })],
  ['first', (loop): Code => ({ js: `(${loop}.index === 0)`, gives: 'boolean' })],
  ['last', (loop): Code => ({ js: `${loop}.isLast()`, gives: 'boolean' })],
  ['length', (loop): Code => ({ js: `${loop}.size()`, gives: 'count' })],
]);

function compileAttribute(scope: Scope, { of, name }: Of<'attribute'>): Code {
  if (of.kind === 'name' && of.name === 'loop' && scope.loop !== undefined) {
    const known = scope.symbols.find('loop') === scope.loop ? LOOP.get(name) : undefined;
    if (known !== undefined) return known(variable(scope.loop));
  }
  const look = isDictMethod(name) ? 'lookUpAttribute' : 'lookUpKey';
  return valueCode(`${look}(r, ${compileValue(scope, of)}, ${literal(name)})`);
}

type Operator = Of<'not' | 'sign' | 'binary' | 'and' | 'or' | 'compare' | 'concat' | 'choice'>;

function compileOperator(scope: Scope, value: Operator): Code {
  switch (value.kind) {
    case 'not':
      return { js: compileCondition(scope, value), gives: 'boolean' };
    case 'sign':
      return valueCode(`signed(${literal(value.sign)}, ${compileValue(scope, value.of)})`);
    case 'binary': {
      const { operator, left, right } = value;
      return valueCode(
        `calculate(${literal(operator)}, ${compileValue(scope, left)}, ${compileValue(scope, right)})`,
      );
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
function compileLogic(scope: Scope, value: Of<'and' | 'or'>): Code {
  const first = helper(scope);
  const left = `isTrue(${first} = ${compileValue(scope, value.left)})`;
  const right = compileValue(scope, value.right);
  return valueCode(
    value.kind === 'and' ? `(${left} ? ${right} : ${first})` : `(${left} ? ${first} : ${right})`,
  );
}

/** `a < b < c` holds when each holds, and looks no further once one does not. */
function compileComparison(scope: Scope, value: Of<'compare'>): Code {
  const parts: string[] = [];
  let left = compileValue(scope, value.first);
  for (const [at, [operator, operand]] of value.rest.entries()) {
    let right = compileValue(scope, operand);
    let next = right;
    if (at < value.rest.length - 1) {
      next = helper(scope);
      right = `(${next} = ${right})`;
    }
    parts.push(compared(operator, left, right));
    left = next;
  }
  return { js: `(${parts.join(' && ')})`, gives: 'boolean' };
}

function compared(operator: Of<'compare'>['rest'][number][0], a: string, b: string): string {
  switch (operator) {
    case '==':
      return `equals(${a}, ${b})`;
    case '!=':
      return `!equals(${a}, ${b})`;
    case 'in':
      return `isIn(${a}, ${b})`;
    case 'notin':
      return `!isIn(${a}, ${b})`;
    default:
      return `inOrder(${a}, ${literal(operator)}, ${b})`;
  }
}

function compileConcat(scope: Scope, value: Of<'concat'>): Code {
  const parts = value.parts.map((part) => compileExpression(scope, part));
  if (scope.program.escapes)
    return valueCode(`concatenated(r, [${parts.map(asValue).join(', ')}])`);
  return { js: `("" + ${parts.map(asText).join(' + ')})`, gives: 'text' };
}

function compileChoice(scope: Scope, value: Of<'choice'>): Code {
  const soft = { ...scope, isConditional: true };
  const missing = `the inline if-expression on line ${value.line} evaluated to false and no else section was defined.`;
  const no =
    value.no === undefined ? `new PyUndefined(${literal(missing)})` : compileValue(soft, value.no);
  return valueCode(
    `(${compileCondition(soft, value.test)} ? ${compileValue(soft, value.yes)} : ${no})`,
  );
}
