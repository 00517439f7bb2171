import { overlay, withValue } from './merge.ts';
import { parsePath } from './path-text.ts';
import type { ProblemList } from './problem-list.ts';
import { Source, type Spot } from './source.ts';
import { type Entry, type MapNode, type Node, nodeAt, type Path } from './tree.ts';
import { readYaml } from './yaml-reader.ts';

interface Setting {
  readonly path: Path;
  readonly entry: Entry;
}

/** Reads one `path.to.key=value`; the value is YAML, so `[1, 2]`, `true` and `null` (remove) are what they look like. */
function readSetting(text: string, problems: ProblemList): Setting | undefined {
  const split = equalsSign(text);
  const source = new Source(
    `--set ${(split === -1 ? text : text.slice(0, split)).slice(0, 80)}`,
    text,
  );
  const spot = (offset: number): Spot => ({ source, offset });
  if (split === -1) {
    problems.error(spot(0), [], 'expected path=value', 'for example --set backends.hpc.slots=4');
    return undefined;
  }
  const path = parsePath(text.slice(0, split));
  if (path === undefined || path.length === 0 || path.includes('__proto__')) {
    problems.error(spot(0), [], 'expected a path like backends.hpc.slots before the `=`');
    return undefined;
  }
  const before = problems.errors;
  // Blanks in place of the path keep the columns of problems right without shifting offsets.
  const value = readYaml(new SetSource(source, split + 1), problems, path);
  if (value === undefined && problems.errors === before) {
    const hint = `write ${text.slice(0, split)}=null to remove it, or ${text.slice(0, split)}='""' for an empty text`;
    problems.error(spot(split + 1), path, 'there is no value after the `=`', hint);
    return undefined;
  }
  return value === undefined ? undefined : { path, entry: { keyAt: spot(0), node: value } };
}

/** Presents the value of a `--set` as if it stood alone, at its own column. */
class SetSource extends Source {
  readonly #whole: Source;

  constructor(whole: Source, valueAt: number) {
    super(whole.name, ' '.repeat(valueAt) + whole.text.slice(valueAt));
    this.#whole = whole;
  }

  override excerpt(offset: number): readonly [line: string, caret: string] | undefined {
    return this.#whole.excerpt(offset);
  }
}

/** Position of the `=` that ends the path: the first outside quotes. */
function equalsSign(text: string): number {
  const match = /^(?:"(?:[^"\\]|\\.)*"|[^"=])*=/.exec(text.slice(0, 1000));
  return match === null ? -1 : match[0].length - 1;
}

function choosesPlugin({ path }: Setting): boolean {
  return (
    path.length === 3 &&
    path[2] === 'use' &&
    ['storage', 'backends', 'flows'].includes(String(path[0]))
  );
}

/** The tree with every `--set` applied, in order; those that choose a plugin first, since they drop the options of the old one. */
export function applySettings(root: Node, texts: readonly string[], problems: ProblemList): Node {
  const settings = texts.flatMap((text) => readSetting(text, problems) ?? []);
  const ordered = [
    ...settings.filter(choosesPlugin),
    ...settings.filter((one) => !choosesPlugin(one)),
  ];
  return ordered.reduce((tree, setting) => applied(tree, setting, problems), root);
}

function applied(tree: Node, setting: Setting, problems: ProblemList): Node {
  const { path, entry } = setting;
  if (choosesPlugin(setting) && nodeAt(tree, path.slice(0, 2))?.kind === 'map') {
    return overlay(tree, nested(path, entry), 'change');
  }
  const changed = withValue(tree, path, entry);
  if (changed !== undefined) return changed;
  problems.error(
    entry.keyAt,
    path,
    'leads into something that is no map, or beyond the end of a list',
  );
  return tree;
}

/** A tree that holds nothing but the entry at its path. */
function nested(path: Path, entry: Entry): MapNode {
  let node: Node = entry.node;
  for (const part of path.toReversed()) {
    node = {
      kind: 'map',
      at: entry.keyAt,
      entries: new Map([[String(part), { keyAt: entry.keyAt, node }]]),
    };
  }
  return node as MapNode;
}
