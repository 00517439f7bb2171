import type { Spot } from './source.ts';

/** A path into the project: keys of maps and positions in lists. */
export type Path = readonly (string | number)[];

/** A value of the project that knows where it was written. Trees are never changed, so parts may be shared. */
export type Node = ScalarNode | ListNode | MapNode;

/** Text, number, truth value or nothing. */
export interface ScalarNode {
  readonly kind: 'scalar';
  readonly at: Spot;
  readonly value: string | number | boolean | null;
  /** How a number was written, when that is not how JavaScript writes it: `100.0`. */
  readonly written?: string;
}

/** A list. */
interface ListNode {
  readonly kind: 'list';
  readonly at: Spot;
  readonly items: readonly Node[];
}

/** One key of a map with its value. */
export interface Entry {
  readonly keyAt: Spot;
  readonly node: Node;
}

/** A map, in the order of the file. */
export interface MapNode {
  readonly kind: 'map';
  readonly at: Spot;
  readonly entries: ReadonlyMap<string, Entry>;
}

/** Child of a node by key or position. */
function childOf(node: Node, part: string | number): Entry | undefined {
  if (node.kind === 'map') return node.entries.get(String(part));
  if (node.kind !== 'list') return undefined;
  const item = node.items[Number(part)];
  return item === undefined ? undefined : { keyAt: item.at, node: item };
}

/** The node at a path, if there is one. */
export function nodeAt(root: Node, path: Path): Node | undefined {
  let node: Node | undefined = root;
  for (const part of path) {
    node = node === undefined ? undefined : childOf(node, part)?.node;
  }
  return node;
}

/**
 * Where to point for a path: at the value, or with `key` at the key that holds it. When the path leads to nothing, at the
 * key of the nearest part that is there: that is where something is missing.
 */
export function spotAt(root: Node, path: Path, point: 'value' | 'key' = 'value'): Spot {
  let node = root;
  let spot = root.at;
  for (const [index, part] of path.entries()) {
    const child = childOf(node, part);
    if (child === undefined) return spot;
    const last = index === path.length - 1;
    spot = last && point === 'value' ? child.node.at : child.keyAt;
    node = child.node;
  }
  return spot;
}
