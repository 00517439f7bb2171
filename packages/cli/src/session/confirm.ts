import { createInterface } from 'node:readline/promises';
import type { Json } from '@orchestrate/core';
import type { CommandContext } from '../command-context.ts';
import { cliError } from '../errors.ts';

/** Asks the person at the terminal. @throws CLI_NOT_CONFIRMED when nobody is there */
export async function confirm(
  { output }: Pick<CommandContext, 'output'>,
  question: string,
  details: Readonly<Record<string, Json>>,
): Promise<boolean> {
  if (process.stdin.isTTY !== true || output.isJson)
    throw cliError('CLI_NOT_CONFIRMED', `nobody is there to be asked: ${question}`, { details });
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}
