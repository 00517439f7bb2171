import { setItem } from '../python/dict-methods.ts';
import { typeError, valueError } from '../python/py-exception.ts';
import { iterate } from '../python/sequence.ts';
import { typeName } from '../python/type-name.ts';
import { PyDict, type PyValue } from '../python/value.ts';
import type { Frame } from './frame.ts';
import { PyNamespace } from './namespace.ts';
import { readSlot, type Scope } from './scope.ts';
import type { Target } from './syntax-tree.ts';

/** Code that gives a target its value. */
export function compileTarget(
  scope: Scope,
  target: Target,
): (frame: Frame, value: PyValue) => void {
  if (target.kind === 'name') {
    const slot = scope.symbols.find(target.name)?.slot ?? 0;
    return (frame, value) => {
      frame.slots[slot] = value;
    };
  }
  if (target.kind === 'namespace') return compileNamespaceTarget(scope, target);
  const targets = target.items.map((item) => compileTarget(scope, item));
  return (frame, value) => {
    const items = [...iterate(value)];
    if (items.length < targets.length)
      throw valueError(
        `not enough values to unpack (expected ${targets.length}, got ${items.length})`,
      );
    if (items.length > targets.length)
      throw valueError(`too many values to unpack (expected ${targets.length})`);
    for (const [at, assign] of targets.entries()) assign(frame, items[at] ?? null);
  };
}

function compileNamespaceTarget(
  scope: Scope,
  target: Extract<Target, { kind: 'namespace' }>,
): (frame: Frame, value: PyValue) => void {
  const reference = scope.symbols.find(target.name);
  const read = reference === undefined ? () => undefined : readSlot(scope, reference);
  return (frame, value) => {
    const namespace = read(frame);
    if (namespace instanceof PyNamespace) namespace.set(target.attribute, value);
    else if (namespace instanceof PyDict) setItem(namespace, target.attribute, value);
    else
      throw typeError(`'${typeName(namespace ?? null)}' object does not support item assignment`);
  };
}
