import { attachWritten, type Json, type JsonObject, writtenText } from '@orchestrate/core';
import type { Node } from './tree.ts';

/**
 * The plain value of a tree, deeply frozen. Containers that hold numbers written in another form than JavaScript's
 * (`100.0`) carry those forms. Parts that a tree shares are shared in the result too.
 */
export function plainOf(root: Node): Json {
  const done = new Map<Node, Json>();
  const convert = (node: Node): Json => {
    if (node.kind === 'scalar') return node.value;
    const known = done.get(node);
    if (known !== undefined) return known;
    const value = node.kind === 'list' ? listOf(node.items, convert) : mapOf(node.entries, convert);
    done.set(node, value);
    return value;
  };
  return convert(root);
}

function listOf(items: readonly Node[], convert: (node: Node) => Json): Json {
  const list = items.map(convert);
  return sealed(list, items.entries());
}

function mapOf(
  entries: ReadonlyMap<string, { readonly node: Node }>,
  convert: (node: Node) => Json,
): Json {
  const map: Record<string, Json> = {};
  const nodes: [string, Node][] = [];
  for (const [key, { node }] of entries) {
    map[key] = convert(node);
    nodes.push([key, node]);
  }
  return sealed(map, nodes);
}

function sealed<T extends object>(
  container: T,
  nodes: Iterable<readonly [string | number, Node]>,
): T {
  for (const [key, node] of nodes) {
    if (node.kind !== 'scalar' || node.written === undefined) continue;
    attachWritten(container, String(key), node.written);
  }
  return Object.freeze(container);
}

/** A copy of a plain map without some keys; numbers keep their written forms. */
export function withoutKeys(map: JsonObject, keys: readonly string[]): JsonObject {
  const kept = Object.entries(map).filter(([key]) => !keys.includes(key));
  const copy = Object.fromEntries(kept);
  for (const [key] of kept) {
    const written = writtenText(map, key);
    if (written !== undefined) attachWritten(copy, key, written);
  }
  return Object.freeze(copy);
}

/** An own field of an object; `undefined` where there is none, or it is no object. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
