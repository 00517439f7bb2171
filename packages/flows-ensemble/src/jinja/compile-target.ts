import { literal, variable } from './code.ts';
import { helper, type Scope } from './scope.ts';
import type { Target } from './syntax-tree.ts';

/** Code that gives a target its value. */
export function compileTarget(scope: Scope, target: Target, value: string): string {
  if (target.kind === 'name') {
    const reference = scope.symbols.find(target.name);
    return reference === undefined ? '' : `${variable(reference)} = ${value};\n`;
  }
  if (target.kind === 'namespace') {
    const reference = scope.symbols.find(target.name);
    const owner = reference === undefined ? 'undefined' : variable(reference);
    return `setAttribute(${owner}, ${literal(target.attribute)}, ${value});\n`;
  }
  const items = helper(scope);
  const assigns = target.items.map((item, at) => compileTarget(scope, item, `${items}[${at}]`));
  return `${items} = unpack(${value}, ${target.items.length});\n${assigns.join('')}`;
}
