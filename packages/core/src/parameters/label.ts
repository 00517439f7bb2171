import { scalarText, type Value } from '../written.ts';
import { type Axis, type Column, identityText, remembered } from './column.ts';

const LONGEST_VALUE = 40;
const LONGEST_LABEL = 180;

function mix(hash: number, multiplier: number): number {
  return Math.imul(hash ^ (hash >>> 16), multiplier);
}

/**
 * A short text that stands for a longer one, the same everywhere and always: 53 bits (cyrb53 by bryc, public domain) in
 * base 36. For telling names apart, not for security.
 */
export function shortHash(text: string, seed = 0): string {
  let first = 0xdeadbeef ^ seed;
  let second = 0x41c6ce57 ^ seed;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    first = Math.imul(first ^ unit, 2654435761);
    second = Math.imul(second ^ unit, 1597334677);
  }
  first = mix(first, 2246822507) ^ Math.imul(second ^ (second >>> 13), 3266489909);
  second = mix(second, 2246822507) ^ Math.imul(first ^ (first >>> 13), 3266489909);
  return (4294967296 * (2097151 & second) + (first >>> 0)).toString(36).padStart(11, '0');
}

/** A value as part of a file name: as written where that is short and harmless, otherwise cut and with a hash. */
export function labelValue(value: Value): string {
  const text = scalarText(value) ?? identityText(value);
  if (text.length <= LONGEST_VALUE && /^[A-Za-z0-9_.+-]+$/.test(text)) return text;
  const readable = text
    .slice(0, 200)
    .replace(/[^A-Za-z0-9_.+-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, LONGEST_VALUE - 12);
  return `${readable}~${shortHash(text).slice(-8)}`;
}

/** A label that fits into a file name; an over-long one keeps its beginning and gets a hash of all of it. */
export function fitLabel(label: string): string {
  if (label.length <= LONGEST_LABEL) return label;
  return `${label.slice(0, LONGEST_LABEL - 24)}~${shortHash(label)}${shortHash(label, 1)}`;
}

/** Rows of a table are told apart by its `id` or `name` column, where there is one without repeated values. */
function tellingColumns(axis: Axis): readonly Column[] {
  for (const name of ['id', 'name']) {
    const column = axis.columns.find((other) => other.name === name);
    if (column === undefined || axis.columns.length === 1) continue;
    const seen = new Set<string>();
    for (let row = 0; row < column.size; row += 1) seen.add(identityText(column.at(row)));
    if (seen.size === column.size) return [column];
  }
  return axis.columns;
}

/** Labels of the rows of an axis: `name=value,name2=value`, each only once. */
export function axisLabels(axis: Axis): (row: number) => string {
  const columns = tellingColumns(axis);
  const plain = (row: number): string =>
    columns.map((column) => `${column.name}=${labelValue(column.at(row))}`).join(',');
  const repeats = repeatedRows(axis, plain);
  return remembered(axis.size, (row) => plain(row) + (repeats.get(row) ?? ''));
}

function repeatedRows(axis: Axis, label: (row: number) => string): ReadonlyMap<number, string> {
  const repeats = new Map<number, string>();
  if (axis.columns.every((column) => column.identity.startsWith(`${column.name}:range[`)))
    return repeats;
  const seen = new Map<string, number>();
  for (let row = 0; row < axis.size; row += 1) {
    const text = label(row);
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    if (times > 1) repeats.set(row, `~${times}`);
  }
  return repeats;
}
