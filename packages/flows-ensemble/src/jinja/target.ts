import type { ExpressionParser } from './expression-parser.ts';
import type { Expression, Target } from './syntax-tree.ts';

const CONSTANTS: readonly string[] = ['true', 'false', 'none', 'True', 'False', 'None'];

function simpleTarget(parser: ExpressionParser, namespace: boolean): Target {
  const { stream } = parser;
  const token = stream.current;
  const dotted = namespace && stream.following.type === 'operator .';
  if (token.type === 'name' && dotted && !CONSTANTS.includes(token.value)) {
    stream.next();
    stream.next();
    const attribute = stream.expect('name').value;
    return { kind: 'namespace', line: token.line, name: token.value, attribute };
  }
  return toTarget(parser, parser.primary());
}

/** Turns what was read as an expression into a target; only names and tuples of them can be. */
function toTarget(parser: ExpressionParser, value: Expression): Target {
  if (value.kind === 'name') return { kind: 'name', line: value.line, name: value.name };
  if (value.kind === 'tuple') {
    const items = value.items.map((item) => toTarget(parser, item));
    return { kind: 'tuple', line: value.line, items };
  }
  return parser.fail(`can't assign to '${value.kind}'`, value.line);
}

/** Reads what a `set`, `for` or `with` assigns to: a name, several, or an attribute of a namespace. */
export function parseTarget(
  parser: ExpressionParser,
  options: { readonly end?: string; readonly namespace?: boolean },
): Target {
  const { stream } = parser;
  const { line } = stream.current;
  const items: Target[] = [];
  let isTuple = false;
  while (
    !['variable_end', 'block_end', 'operator )'].includes(stream.current.type) &&
    (options.end === undefined || !stream.isName(options.end))
  ) {
    items.push(simpleTarget(parser, options.namespace === true));
    if (!stream.isOperator(',')) break;
    isTuple = true;
    stream.next();
  }
  const [first] = items;
  if (!isTuple && first !== undefined) return first;
  if (!isTuple) parser.fail('expected a name to assign to', line);
  return { kind: 'tuple', line, items };
}

/** Names that a target assigns to; attributes of namespaces are none. */
export function namesOf(target: Target): readonly string[] {
  switch (target.kind) {
    case 'name':
      return [target.name];
    case 'namespace':
      return [];
    case 'tuple':
      return target.items.flatMap(namesOf);
  }
}
