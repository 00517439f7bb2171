import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { isFlowError } from '@orchestrate/core';

const LONGEST_MESSAGE = 4_000;
const OURS = fileURLToPath(new URL('.', import.meta.url));

function fileOf(frame: string): string | undefined {
  const match = /\(?((?:file:\/\/|\/)[^()]*?):(\d+):(\d+)\)?$/.exec(frame.trim());
  if (match === null) return undefined;
  const [, place = '', line, column] = match;
  const path = place.startsWith('file://') ? fileURLToPath(place.split('?', 1)[0] ?? '') : place;
  if (path.startsWith(OURS) || path.includes('/node_modules/')) return undefined;
  const near = relative(process.cwd(), path);
  return `${near.startsWith('..') ? path : near}:${line}:${column}`;
}

/** The first place in the project's own files that a stack names, `tiles.ts:12:5`. */
function placeOf(stack: string | undefined): string | undefined {
  for (const frame of stack?.split('\n') ?? []) {
    if (!/^\s+at /.test(frame)) continue;
    const place = fileOf(frame);
    if (place !== undefined) return place;
  }
  return undefined;
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? ` (because: ${error.cause.message})` : '';
}

/** What was thrown, for people: its name and message, and the line of theirs it came from; no stack. */
export function describeThrown(thrown: unknown): string {
  if (!(thrown instanceof Error)) {
    const text = typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 2 });
    return `thrown: ${text}`.slice(0, LONGEST_MESSAGE);
  }
  // An error that says what it is and what to do about it needs no place in the code.
  if (isFlowError(thrown)) {
    const text = `${thrown.code}: ${thrown.message}${causeOf(thrown)}`.slice(0, LONGEST_MESSAGE);
    return `${text}${/[.!?]$/.test(text) ? '' : '.'} ${thrown.hint}`;
  }
  const name = thrown.name === 'Error' ? '' : `${thrown.name}: `;
  const place = placeOf(thrown.stack);
  const where = place === undefined ? '' : ` [${place}]`;
  const message = thrown.message === '' ? 'an error without a message' : thrown.message;
  return `${name}${message}${causeOf(thrown)}`.slice(0, LONGEST_MESSAGE) + where;
}
