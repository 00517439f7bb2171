import type { Node } from './tree.ts';

/** What schemas expect, in words of a project file. */
export const EXPECTED: Readonly<Record<string, string>> = {
  array: 'list',
  object: 'map',
  record: 'map',
  map: 'map',
  int: 'whole number',
  null: 'nothing',
  undefined: 'nothing',
};

const SHOWN = 40;
const LISTED = 12;

/** A value as a reader would say it: `string "abc"`, `number 100.0`, `list`, `nothing`. */
export function describeNode(node: Node): string {
  if (node.kind !== 'scalar') return node.kind;
  const { value } = node;
  if (value === null) return 'nothing';
  if (typeof value === 'string') return `string ${quoted(value)}`;
  return `${typeof value} ${node.written ?? value}`;
}

/** A text in quotes, cut when it is long; other values as they are. */
export function quoted(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > SHOWN ? `${value.slice(0, SHOWN - 3)}...` : value);
}

/** `a, b, c`, cut when there are many. */
export function listed(words: readonly string[]): string {
  const shown = words.slice(0, LISTED).join(', ');
  return words.length > LISTED ? `${shown} and ${words.length - LISTED} more` : shown;
}
