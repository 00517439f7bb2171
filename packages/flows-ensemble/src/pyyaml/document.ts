import type { PyValue } from '../python/value.ts';
import type { Problems } from './problem.ts';

/** A value that knows where it was written. Nodes are never changed: an alias is the node it stands for. */
export type PyNode = PyScalarNode | PyListNode | PyMapNode;

interface Located {
  /** Offset of its first character in the text. */
  readonly offset: number;
  /** What PyYAML makes of it. */
  readonly value: PyValue;
}

/** Text, number, truth value, date, bytes or nothing. */
interface PyScalarNode extends Located {
  readonly kind: 'scalar';
  /** Its text, quotes and escapes resolved. */
  readonly written: string;
}

/** A sequence, or the pairs of an ordered map. */
export interface PyListNode extends Located {
  readonly kind: 'list';
  readonly items: readonly PyNode[];
}

/** One key of a map and what belongs to it. */
export interface PyEntry {
  readonly key: PyNode;
  readonly node: PyNode;
}

/** A mapping, merge keys resolved; a `!!set` too. Each key once, in the order Python's dict has them. */
export interface PyMapNode extends Located {
  readonly kind: 'map';
  readonly entries: readonly PyEntry[];
}

/** One YAML document. */
export interface PyDocument {
  /** `undefined` when the text has errors or holds nothing. */
  readonly root: PyNode | undefined;
  /** What was found so far; later readers add to it. */
  readonly problems: Problems;
}

/** How a key is shown in a path. */
export function keyText(key: PyNode): string {
  return key.kind === 'scalar' ? key.written : '?';
}
