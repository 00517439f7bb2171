import { didYouMean } from '@orchestrate/core';
import { PyDate, PyDateTime, type PyValue } from '../python/value.ts';
import { keyText, type PyListNode, type PyMapNode, type PyNode } from '../pyyaml/document.ts';
import { type Path, type Problems, pathText, type Spot } from '../pyyaml/problem.ts';
import type { Place } from './model.ts';

/** A key of a map with its value and where it is. What comes from `batch_config` keeps the path it has there. */
export interface Field {
  readonly key: PyNode;
  readonly node: PyNode;
  readonly path: Path;
}

/** A value and the path to it. */
export type Part = Pick<Field, 'node' | 'path'>;

/** The fields of a map by their keys. */
export type Fields = ReadonlyMap<string, Field>;

/** Where to point for a value. */
export function spotOf(part: Part): Spot {
  return { offset: part.node.offset, path: part.path };
}

/** Where to point for a key. */
export function keySpot(field: Field): Spot {
  return { offset: field.key.offset, path: field.path };
}

/** The place of a value, for what is reported after reading. */
export function placeOf(part: Part, problems: Problems): Place {
  const { offset } = part.node;
  return { ...problems.position(offset), offset, path: pathText(part.path) };
}

function typeOf(value: PyValue): string {
  if (value === null) return 'nothing';
  if (typeof value === 'boolean') return `the truth value ${value ? 'True' : 'False'}`;
  if (typeof value === 'bigint') return `the whole number ${value}`;
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'string') return `the text ${JSON.stringify(value.slice(0, 60))}`;
  if (value instanceof PyDateTime || value instanceof PyDate) return `the date ${value.text}`;
  return 'a value of another type';
}

/** What somebody wrote instead of what was expected. */
function described(node: PyNode): string {
  if (node.kind === 'list') return 'a list';
  return node.kind === 'map' ? 'a map' : typeOf(node.value);
}

/** Says what was expected and what is there. */
export function unexpected(part: Part, expected: string, problems: Problems): void {
  const written = part.node.kind === 'scalar' && part.node.value !== null;
  const hint = written && expected.startsWith('a text') ? { hint: 'quote it' } : {};
  problems.error(spotOf(part), {
    kind: 'wrong-type',
    message: `expected ${expected}, got ${described(part.node)}`,
    ...hint,
  });
}

/** The fields of a map; keys that are no texts are errors. */
export function fieldsOf(map: PyMapNode, path: Path, problems: Problems): Fields {
  const fields = new Map<string, Field>();
  for (const { key, node } of map.entries) {
    const field = { key, node, path: [...path, keyText(key)] };
    if (typeof key.value === 'string') fields.set(key.value, field);
    else {
      const message = `expected a text as key, got ${described(key)}`;
      problems.error(keySpot(field), { kind: 'wrong-type', message, hint: 'quote the key' });
    }
  }
  return fields;
}

/** Refuses keys that are not among those known. */
export function refuseUnknown(
  fields: Iterable<Field>,
  known: readonly string[],
  report: { readonly what: string; readonly hint?: string; readonly problems: Problems },
): void {
  for (const field of fields) {
    const name = keyText(field.key);
    if (known.includes(name)) continue;
    report.problems.error(keySpot(field), {
      kind: 'unknown-key',
      message: `${report.what} has no key \`${name}\`${didYouMean(name, known)}`,
      hint: report.hint ?? `known are ${known.join(', ')}`,
    });
  }
}

/** The value as a map, or an error. */
export function mapOf(part: Part, problems: Problems): PyMapNode | undefined {
  if (part.node.kind === 'map') return part.node;
  unexpected(part, 'a map', problems);
  return undefined;
}

/** The value as a list, or an error. */
export function listOf(part: Part, problems: Problems): PyListNode | undefined {
  if (part.node.kind === 'list') return part.node;
  unexpected(part, 'a list', problems);
  return undefined;
}

/** The value as a text that is not empty, or an error. */
export function textOf(part: Part, problems: Problems): string | undefined {
  const { value } = part.node;
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value;
  unexpected(part, typeof value === 'string' ? 'a text that is not empty' : 'a text', problems);
  return undefined;
}

/** The items of a list, each with its path. */
export function partsOf(list: PyListNode, path: Path): readonly Part[] {
  return list.items.map((node, index) => ({ node, path: [...path, index] }));
}
