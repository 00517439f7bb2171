import { findReferences } from './reference-syntax.ts';
import type { Node, Path, ScalarNode } from './tree.ts';

/** A text of the project that holds references. */
interface ReferringText {
  readonly node: ScalarNode;
  readonly path: Path;
  readonly references: ReturnType<typeof findReferences>;
}

/** Parts of a project that name storages and backends. */
const NAMING: readonly unknown[] = ['flows', 'defaults', 'records'];

/** What one walk over the whole project finds. */
export interface Scan {
  readonly texts: readonly ReferringText[];
  /** `path=form` of every number that was not written as JSON writes it. */
  readonly writtenForms: readonly string[];
  /** Names that seem to be used: of backends (`backend: x`) and storages (`x:key`). */
  readonly mentioned: ReadonlySet<string>;
}

const ADDRESS = /^([A-Za-z][A-Za-z0-9_-]{0,62}):/;

/** Looks once at every value of the project, parameters included. */
export function scanProject(root: Node): Scan {
  const texts: ReferringText[] = [];
  const writtenForms: string[] = [];
  const mentioned = new Set<string>();
  // One array for the path of the walk: most values are of no interest and need none of their own.
  const path: (string | number)[] = [];
  const look = (node: ScalarNode): void => {
    if (node.written !== undefined) writtenForms.push(`${path.join('/')}=${node.written}`);
    if (typeof node.value !== 'string') return;
    if (NAMING.includes(path[0])) mention(node.value, path.at(-1), mentioned);
    const references = findReferences(node.value);
    if (references.length > 0) texts.push({ node, path: [...path], references });
  };
  const walk = (node: Node): void => {
    if (node.kind === 'scalar') look(node);
    else if (node.kind === 'list')
      for (const [index, item] of node.items.entries()) step(index, item);
    else
      for (const [key, entry] of node.entries)
        if (key !== 'profiles' || path.length > 0) step(key, entry.node);
  };
  const step = (part: string | number, node: Node): void => {
    path.push(part);
    walk(node);
    path.pop();
  };
  walk(root);
  return { texts, writtenForms: writtenForms.sort(), mentioned };
}

function mention(text: string, key: string | number | undefined, mentioned: Set<string>): void {
  if (key === 'backend') mentioned.add(text);
  const storage = ADDRESS.exec(text)?.[1];
  if (storage !== undefined) mentioned.add(storage);
}
