import type { Logger } from '@orchestrate/core';
import { pino } from 'pino';
import type { Output } from './output.ts';

const LEVELS = { quiet: 'warn', normal: 'info', verbose: 'debug' } as const;

/**
 * Log lines as JSON, one object a line, on standard output: for files, pipes and machines. `at` is in milliseconds since
 * 1970; an event brings its own, from the journal.
 */
export function lineLog(output: Output): Logger {
  return pino(
    {
      base: null,
      // With --json a program reads the lines: it gets every event, whatever --quiet says.
      level: output.isJson && output.level === 'quiet' ? 'info' : LEVELS[output.level],
      messageKey: 'msg',
      timestamp: false,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => output.write(line) },
  );
}
