import { charactersOf, lengthOf, pointIndex, slicePoints } from './code-points.ts';
import { needInteger, needText } from './method.ts';
import { typeError } from './py-exception.ts';
import { typeName } from './type-name.ts';
import { PyTuple, type PyValue } from './value.ts';

/** Bounds given to `find` and its like, as places within the text. */
interface Range {
  readonly from: number;
  readonly to: number;
}

function rangeOf(text: string, start: PyValue | undefined, stop: PyValue | undefined): Range {
  const size = lengthOf(text);
  const place = (value: PyValue | undefined, otherwise: number): number => {
    if (value === undefined || value === null) return otherwise;
    const number = needInteger(value);
    return Math.max(0, number < 0 ? number + size : number);
  };
  return { from: place(start, 0), to: Math.min(place(stop, size), size) };
}

/** Arguments `(what, start, stop)` of a search method. */
export type Search = readonly (PyValue | undefined)[];

/** `find` and `rfind`: place of a part, or -1. */
export function findText(text: string, [what, start, stop]: Search, last: boolean): number {
  const part = needText(what);
  const { from, to } = rangeOf(text, start, stop);
  if (from > to) return -1;
  const window = slicePoints(text, from, to);
  const at = pointIndex(window, last ? window.lastIndexOf(part) : window.indexOf(part));
  return at === -1 ? -1 : at + from;
}

/** `count`: how often a part occurs without overlap. */
export function countText(text: string, [what, start, stop]: Search): number {
  const part = needText(what);
  const { from, to } = rangeOf(text, start, stop);
  if (from > to) return 0;
  const window = slicePoints(text, from, to);
  return part === '' ? lengthOf(window) + 1 : window.split(part).length - 1;
}

/** `startswith` and `endswith`, with one text or a tuple of them. */
export function hasAffix(
  text: string,
  [what, start, stop]: Search,
  side: 'start' | 'end',
): boolean {
  const { from, to } = rangeOf(text, start, stop);
  if (from > to) return false;
  const window = slicePoints(text, from, to);
  if (!(what instanceof PyTuple) && typeof what !== 'string')
    throw typeError(
      `${side}swith first arg must be str or a tuple of str, not ${typeName(what ?? null)}`,
    );
  const parts = what instanceof PyTuple ? what.items.map(needText) : [what];
  return parts.some((part) => (side === 'start' ? window.startsWith(part) : window.endsWith(part)));
}

/** `replace(old, new, count)`; a negative count is all. */
export function replaceText(
  text: string,
  change: { readonly old: string; readonly new: string; readonly count: number },
): string {
  if (change.count === 0 || (change.old !== '' && !text.includes(change.old))) return text;
  const parts = change.old === '' ? ['', ...charactersOf(text), ''] : text.split(change.old);
  if (change.count < 0 || change.count >= parts.length) return parts.join(change.new);
  const head = parts.slice(0, change.count + 1).join(change.new);
  const tail = parts.slice(change.count + 1);
  return tail.reduce((sum, part) => sum + change.old + part, head);
}
