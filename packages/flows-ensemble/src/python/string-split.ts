import { strip, WHITE_SPACE } from './code-points.ts';
import { valueError } from './py-exception.ts';

const GAP = new RegExp(`[${WHITE_SPACE}]+`, 'g');

const ENDS = '\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029';

const LINE_END = new RegExp(`\\r\\n|[${ENDS}]`, 'g');

/** `splitlines()`. */
export function splitLines(text: string, keepEnds = false): string[] {
  const lines: string[] = [];
  let from = 0;
  for (const end of text.matchAll(LINE_END)) {
    const to = end.index + end[0].length;
    lines.push(text.slice(from, keepEnds ? to : end.index));
    from = to;
  }
  if (from < text.length) lines.push(text.slice(from));
  return lines;
}

/** `split(separator, limit)`; without a separator at white space; a negative limit is none. */
export function splitText(text: string, separator: string | undefined, limit: number): string[] {
  if (separator === undefined) return splitAtSpaces(text, limit);
  if (separator === '') throw valueError('empty separator');
  const parts = text.split(separator);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  return [...parts.slice(0, limit), parts.slice(limit).join(separator)];
}

function splitAtSpaces(text: string, limit: number): string[] {
  const parts: string[] = [];
  let rest = strip(text, 'left');
  while (rest !== '') {
    GAP.lastIndex = 0;
    const gap = GAP.exec(rest);
    if (limit >= 0 && parts.length === limit) return [...parts, strip(rest, 'right')];
    if (gap === null) return [...parts, rest];
    parts.push(rest.slice(0, gap.index));
    rest = rest.slice(gap.index + gap[0].length);
  }
  return parts;
}

/** `rsplit(separator, limit)`. */
export function splitFromRight(
  text: string,
  separator: string | undefined,
  limit: number,
): string[] {
  if (limit < 0) return splitText(text, separator, limit);
  const turned = [...text].reverse().join('');
  const mirrored = separator === undefined ? undefined : [...separator].reverse().join('');
  return splitText(turned, mirrored, limit)
    .map((part) => [...part].reverse().join(''))
    .reverse();
}

/** `partition` and `rpartition`. */
export function partition(text: string, separator: string, fromRight: boolean): string[] {
  if (separator === '') throw valueError('empty separator');
  const at = fromRight ? text.lastIndexOf(separator) : text.indexOf(separator);
  if (at === -1) return fromRight ? ['', '', text] : [text, '', ''];
  return [text.slice(0, at), separator, text.slice(at + separator.length)];
}
