import type {
  CallArguments,
  Expression,
  FilterExpression,
  MacroSignature,
  Statement,
} from './syntax-tree.ts';
import { namesOf } from './target.ts';

function inArguments(given: CallArguments): readonly string[] {
  return [
    ...given.positional,
    ...given.named.map(([, value]) => value),
    ...[given.spread, given.spreadNamed].filter((value) => value !== undefined),
  ].flatMap(namesIn);
}

/** Names that a filter uses, and what it stands behind. */
export function namesInFilter(filter: FilterExpression): readonly string[] {
  const before = filter.of === undefined ? [] : namesIn(filter.of);
  return [...before, ...inArguments(filter.given)];
}

/** Names that an expression looks up, in the order in which they are written. */
export function namesIn(value: Expression): readonly string[] {
  switch (value.kind) {
    case 'constant':
      return [];
    case 'name':
      return [value.name];
    case 'list':
    case 'tuple':
      return value.items.flatMap(namesIn);
    case 'concat':
      return value.parts.flatMap(namesIn);
    case 'dict':
      return value.pairs.flatMap((pair) => pair.flatMap(namesIn));
    case 'filter':
      return namesInFilter(value);
    case 'call':
    case 'test':
      return [...namesIn(value.of), ...inArguments(value.given)];
    default:
      return namesInOperator(value);
  }
}

type Operator = Exclude<
  Expression,
  { kind: 'constant' | 'name' | 'list' | 'tuple' | 'concat' | 'dict' | 'filter' | 'call' | 'test' }
>;

function namesInOperator(value: Operator): readonly string[] {
  switch (value.kind) {
    case 'attribute':
    case 'not':
    case 'sign':
      return namesIn(value.of);
    case 'item':
      return [value.of, value.key].flatMap(namesIn);
    case 'slice':
      return [value.of, ...value.bounds].flatMap((part) =>
        part === undefined ? [] : namesIn(part),
      );
    case 'binary':
    case 'and':
    case 'or':
      return [value.left, value.right].flatMap(namesIn);
    case 'compare':
      return [value.first, ...value.rest.map(([, part]) => part)].flatMap(namesIn);
    case 'choice':
      return [value.test, value.yes, ...(value.no === undefined ? [] : [value.no])].flatMap(
        namesIn,
      );
  }
}

/** What {@link undeclaredIn} goes through: a name that is looked up, or one that is given a value. */
type Use = readonly [name: string, given: boolean];

const looked = (names: readonly string[]): readonly Use[] => names.map((name) => [name, false]);
const given = (names: readonly string[]): readonly Use[] => names.map((name) => [name, true]);

function usesInSignature(signature: MacroSignature): readonly Use[] {
  return [...given(signature.parameters), ...looked(signature.defaults.flatMap(namesIn))];
}

function usesIn(statement: Statement): readonly Use[] {
  switch (statement.kind) {
    case 'data':
    case 'block':
      return [];
    case 'print':
      return looked(namesIn(statement.value));
    case 'set':
      return [...given(namesOf(statement.target)), ...looked(namesIn(statement.value))];
    case 'set-block':
      return [
        ...given(namesOf(statement.target)),
        ...looked(statement.filter === undefined ? [] : namesInFilter(statement.filter)),
        ...statement.body.flatMap(usesIn),
      ];
    case 'if':
      return [
        ...statement.branches.flatMap((branch) => [
          ...looked(namesIn(branch.test)),
          ...branch.body.flatMap(usesIn),
        ]),
        ...statement.otherwise.flatMap(usesIn),
      ];
    default:
      return usesInScope(statement);
  }
}

type Scoped = Exclude<Statement, { kind: 'data' | 'block' | 'print' | 'set' | 'set-block' | 'if' }>;

function usesInScope(statement: Scoped): readonly Use[] {
  const body = statement.body.flatMap(usesIn);
  switch (statement.kind) {
    case 'for':
      return [
        ...given(namesOf(statement.target)),
        ...looked(namesIn(statement.of)),
        ...body,
        ...statement.otherwise.flatMap(usesIn),
        ...looked(statement.test === undefined ? [] : namesIn(statement.test)),
      ];
    case 'macro':
      return [...usesInSignature(statement.signature), ...body];
    case 'call-block':
      return [...looked(namesIn(statement.call)), ...usesInSignature(statement.signature), ...body];
    case 'filter-block':
      return [...body, ...looked(namesInFilter(statement.filter))];
    case 'with':
      return [
        ...given(statement.targets.flatMap(namesOf)),
        ...looked(statement.values.flatMap(namesIn)),
        ...body,
      ];
    case 'autoescape':
      return [...looked(namesIn(statement.on)), ...body];
  }
}

/**
 * Which of `wanted` statements look up before giving it a value, at any depth but not in blocks: what decides whether a
 * loop has `loop` and a macro has `caller`, `varargs` and `kwargs`.
 */
export function undeclaredIn(
  statements: readonly Statement[],
  wanted: readonly string[],
): ReadonlySet<string> {
  const open = new Set(wanted);
  const found = new Set<string>();
  for (const [name, isGiven] of statements.flatMap(usesIn)) {
    if (isGiven) open.delete(name);
    else if (open.has(name)) found.add(name);
  }
  return found;
}
