import { scalarText } from '../written.ts';
import type { Node } from './syntax-tree.ts';

/** A name that a template uses, with the fields that follow it as far as they are fixed: `['tasks', 'list', 'result']`. */
export interface NamePath {
  readonly path: readonly string[];
  /** Offset in the whole text. */
  readonly at: number;
  /** Whether it may be missing, because a `default` stands behind it. */
  readonly optional: boolean;
}

function children(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'list':
      return node.items;
    case 'call':
      return node.args;
    case 'field':
    case 'unary':
      return [node.of];
    case 'index':
      return [node.of, node.index];
    case 'binary':
      return [node.left, node.right];
    case 'choice':
      return [node.test, node.yes, node.no];
    case 'literal':
    case 'name':
      return [];
  }
}

function fixedPath(node: Node): string[] | undefined {
  if (node.kind === 'name') return [node.name];
  if (node.kind === 'field') return fixedPath(node.of)?.concat(node.name);
  if (node.kind !== 'index' || node.index.kind !== 'literal') return undefined;
  const key = scalarText(node.index.value);
  return key === undefined ? undefined : fixedPath(node.of)?.concat(key);
}

function rootAt(node: Node): number {
  return node.kind === 'field' || node.kind === 'index' ? rootAt(node.of) : node.at;
}

/** Every name an expression uses. */
export function namesIn(node: Node, optional = false): NamePath[] {
  const path = fixedPath(node);
  if (path !== undefined) return [{ path, at: rootAt(node), optional }];
  if (node.kind === 'call' && node.name === 'default') {
    const [value, fallback] = node.args;
    return [
      ...(value === undefined ? [] : namesIn(value, true)),
      ...(fallback === undefined ? [] : namesIn(fallback, optional)),
    ];
  }
  return children(node).flatMap((child) => namesIn(child, optional));
}
