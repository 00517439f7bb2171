import type { MemorySet } from './memory.ts';
import type { SetBook } from './run-book.ts';

const SHOWN_CHARACTERS = 200;

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text;
}

/** First field in which two values differ, in the order of their keys. */
export function firstDifference(
  before: unknown,
  after: unknown,
  path = '',
): { readonly field: string; readonly before: string; readonly after: string } | undefined {
  if (JSON.stringify(before) === JSON.stringify(after)) return undefined;
  const both =
    typeof before === 'object' && typeof after === 'object' && before !== null && after !== null;
  if (!both || Array.isArray(before) !== Array.isArray(after)) {
    return { field: path, before: shown(before), after: shown(after) };
  }
  const [left, right] = [before as Record<string, unknown>, after as Record<string, unknown>];
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const inner = path === '' ? key : `${path}.${key}`;
    const found = firstDifference(left[key], right[key], inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first thing in which a task differs from what was remembered of it. */
export function whatChanged(
  memory: MemorySet,
  then: number,
  book: SetBook,
  index: number,
): { readonly field: string; readonly before?: string; readonly after?: string } {
  const [before, after] = [memory.spec(then), book.specs[index]];
  if (before !== undefined && after !== undefined && before !== after) {
    const found = firstDifference(JSON.parse(before), JSON.parse(after));
    if (found !== undefined) return found;
  }
  for (const [code, digest] of book.codes) {
    const was = memory.head.codes[code];
    if (was !== undefined && was !== digest) return { field: `code of ${code}` };
  }
  const inputs = memory.inputs(then) ?? [];
  for (const input of book.inputs[index] ?? []) {
    const was = inputs.find((one) => one.address === input.address);
    if (was === undefined || was.generation === input.generation) continue;
    return {
      field: `input ${input.address}`,
      before: `${was.bytes} bytes`,
      after: `${input.bytes} bytes`,
    };
  }
  return { field: 'parameters' };
}
