import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { LogEnd } from './report-types.ts';

const MOST_LINES = 30;
const LONGEST_LINE = 1_000;
/** Bytes that are read from the end. More than is shown: a secret that begins before the shown part is still recognised. */
const READ_BYTES = 256 * 1024;
const SHOWN_CHARACTERS = 48 * 1024;

/** Takes secret values out of a stream. */
export type RedactStream = (pieces: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

const ESCAPES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_]|[ -/]+[0-~])/gu;
const CONTROL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** One line as a terminal would leave it: colours gone, of text that was written over only the last. */
export function plainLine(line: string): string {
  const bare = line.replaceAll(ESCAPES, '').replace(/\r+$/u, '');
  const last = bare.slice(bare.lastIndexOf('\r') + 1).replaceAll(CONTROL, '');
  return last.length > LONGEST_LINE ? `${last.slice(0, LONGEST_LINE)}…` : last;
}

/** The last lines of a text. */
export function lastLines(text: string): {
  readonly lines: readonly string[];
  readonly isCut: boolean;
} {
  const lines = text.slice(-SHOWN_CHARACTERS).split('\n');
  if (text.length > SHOWN_CHARACTERS && lines.length > 1) lines.shift();
  if (lines.at(-1) === '') lines.pop();
  const isCut = text.length > SHOWN_CHARACTERS || lines.length > MOST_LINES;
  return { lines: lines.slice(-MOST_LINES).map(plainLine), isCut };
}

async function* tailOf(path: string, size: number): AsyncGenerator<Uint8Array> {
  if (size === 0) return;
  const start = Math.max(0, size - READ_BYTES);
  for await (const piece of createReadStream(path, { start, end: size - 1 }))
    yield piece as Uint8Array;
}

/** The end of one log, secrets taken out. `undefined` when the file is gone. */
export async function readLogEnd(path: string, redact: RedactStream): Promise<LogEnd | undefined> {
  let size: number;
  try {
    ({ size } = await stat(path));
  } catch {
    return undefined;
  }
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of redact(tailOf(path, size)))
    text += decoder.decode(piece, { stream: true });
  text += decoder.decode();
  const { lines, isCut } = lastLines(text);
  const attempt = Number(basename(path).split('.')[1] ?? 1);
  return { attempt, lines, isCut: isCut || size > READ_BYTES };
}
