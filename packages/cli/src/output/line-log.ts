import type { Logger } from '@orchestrate/core';
import type { Output } from './output.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

const QUIETEST = { quiet: 'warn', normal: 'info', verbose: 'debug' } as const;

/** Causes of causes that are written out. */
const MOST_CAUSES = 8;

function causesOf(error: Error): Error[] {
  const chain = [error];
  for (let at = error.cause; at instanceof Error && chain.length <= MOST_CAUSES; at = at.cause) {
    chain.push(at);
  }
  return chain;
}

/** An error as pino writes it: its causes are in its message and its stack, beside them its own fields. */
function errorFields(error: Error): object {
  const chain = causesOf(error);
  const { cause: _cause, ...own } = error;
  return {
    ...own,
    type: error.constructor.name,
    message: chain.map(({ message }) => message).join(': '),
    stack: chain.map(({ stack }) => stack).join('\ncaused by: '),
  };
}

function lineOf(level: Level, facts: object, msg: string): string {
  try {
    const { err } = facts as { readonly err?: unknown };
    const clear = err instanceof Error ? { ...facts, err: errorFields(err) } : facts;
    return JSON.stringify({ level, ...clear, msg });
  } catch (error) {
    // Facts that a plugin gave and that are no JSON, such as a circle.
    return JSON.stringify({ level, unwritable: String(error), msg });
  }
}

/**
 * Log lines as JSON, one object a line, on standard output: for files, pipes and machines, and for programs that read
 * pino's lines, whose form they have. pino itself takes longer to load than most commands run. `at` is in milliseconds
 * since 1970; an event brings its own, from the journal.
 */
export function lineLog(output: Output): Logger {
  // With --json a program reads the lines: it gets every event, whatever --quiet says.
  const isWhole = output.isJson && output.level === 'quiet';
  const first = LEVELS.indexOf(isWhole ? 'info' : QUIETEST[output.level]);
  const at = (level: Level) => {
    if (LEVELS.indexOf(level) < first) return () => {};
    return (facts: object, message: string): void =>
      output.write(`${lineOf(level, facts, message)}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
