import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandContext } from '../command-context.ts';

/** What a call says of how the project is read; a run goes on with the same. */
const ABOUT_PROJECT = ['profile', 'set'] as const;
const FILE = 'call.json';

/** Keeps, in the folder of a run that begins, with which profiles and settings its project was read. */
export function keepCall(folder: string, { call }: Pick<CommandContext, 'call'>): void {
  const given = ABOUT_PROJECT.map((name) => [name, call.texts(name)] as const);
  if (given.every(([, texts]) => texts.length === 0)) return;
  writeFileSync(join(folder, FILE), JSON.stringify(Object.fromEntries(given)), { mode: 0o600 });
}

function readTexts(folder: string): Readonly<Record<string, readonly string[]>> {
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, FILE), 'utf8'));
    const entries = Object.entries(value ?? {}).filter(
      (entry): entry is [string, string[]] =>
        ABOUT_PROJECT.some((name) => name === entry[0]) &&
        Array.isArray(entry[1]) &&
        entry[1].every((text) => typeof text === 'string'),
    );
    return Object.fromEntries(entries);
  } catch {
    return {}; // nothing was given, or the run is of an earlier version
  }
}

/**
 * The context with the profiles and settings a run began with, unless others are given now. So `resume` and `retry` need not be
 * told again, and says what it took.
 */
export function withKeptCall(context: CommandContext, folder: string): CommandContext {
  const { call, output } = context;
  if (ABOUT_PROJECT.some((name) => call.texts(name).length > 0)) return context;
  const kept = readTexts(folder);
  const words = Object.entries(kept).flatMap(([name, texts]) =>
    texts.map((text) => `--${name} ${text}`),
  );
  if (words.length === 0) return context;
  if (!output.isJson) output.remark(`as it began: ${words.join(' ')}`);
  return { ...context, call: call.with(kept) };
}
