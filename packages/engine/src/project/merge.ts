import type { Entry, MapNode, Node, Path } from './tree.ts';

/** What is laid over what: a file over those it includes, or a change (profile, `--set`) over the project. */
type Layer = 'file' | 'change';

/**
 * Lays one tree over another: maps are merged key by key, lists and scalars are replaced, and an explicit `null` removes
 * the key. An entry of `storage` or `backends` that names another plugin is replaced whole, and so is the `with` of such
 * a flow: options of one plugin mean nothing to another. Below `profiles`, `null` stays: it removes once the profile is laid on.
 */
export function overlay(base: Node, over: Node, layer: Layer, path: Path = []): Node {
  if (base.kind !== 'map' || over.kind !== 'map') return over;
  const kept = path.length === 2 ? ofSamePlugin(base, over, String(path[0])) : base;
  if (kept === undefined) return layer === 'change' ? withoutNothing(over) : over;
  const entries = new Map<string, Entry>(kept.entries);
  for (const [key, entry] of over.entries) {
    const below = entries.get(key);
    if (isNothing(entry.node) && path[0] !== 'profiles') {
      entries.delete(key);
      if (below === undefined && layer === 'file') entries.set(key, entry);
    } else if (below === undefined) entries.set(key, entry);
    else
      entries.set(key, {
        keyAt: entry.keyAt,
        node: overlay(below.node, entry.node, layer, [...path, key]),
      });
  }
  return { kind: 'map', at: over.at, entries };
}

/** What of an entry of `storage`, `backends` or `flows` may stay below the new one. */
function ofSamePlugin(base: MapNode, over: MapNode, section: string): MapNode | undefined {
  if (!['storage', 'backends', 'flows'].includes(section)) return base;
  const next = textOf(over.entries.get('use')?.node);
  if (next === undefined || next === textOf(base.entries.get('use')?.node)) return base;
  if (section !== 'flows') return undefined;
  const common = [...base.entries].filter(([key]) => ['needs', 'backend'].includes(key));
  return { ...base, entries: new Map(common) };
}

/** A map that takes the place of another has nothing left for a `null` to remove. */
function withoutNothing(map: MapNode): MapNode {
  return { ...map, entries: new Map([...map.entries].filter(([, { node }]) => !isNothing(node))) };
}

function isNothing(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}

function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

/** The tree with the value at a path replaced; maps on the way are made, a `null` removes. `undefined` when a scalar is in the way. */
export function withValue(root: Node, path: Path, entry: Entry): Node | undefined {
  const [part, ...rest] = path;
  if (part === undefined) return entry.node;
  if (root.kind === 'list') {
    const index = Number(part);
    const item = root.items[index];
    const inner = item === undefined ? undefined : withValue(item, rest, entry);
    return inner === undefined ? undefined : { ...root, items: root.items.with(index, inner) };
  }
  if (root.kind !== 'map') return undefined;
  const key = String(part);
  const below = root.entries.get(key);
  const empty: MapNode = { kind: 'map', at: entry.keyAt, entries: new Map() };
  const node = below === undefined || isNothing(below.node) ? empty : below.node;
  const inner = withValue(node, rest, entry);
  if (inner === undefined) return undefined;
  const entries = new Map(root.entries);
  if (rest.length === 0 && isNothing(inner)) entries.delete(key);
  else
    entries.set(key, {
      keyAt: rest.length === 0 ? entry.keyAt : (below?.keyAt ?? entry.keyAt),
      node: inner,
    });
  return { ...root, entries };
}
