import type { Logger } from '@orchestrate/core';

/** One line that was logged. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly facts: object;
  readonly message: string;
}

/** A logger that keeps what it is told. */
export interface MemoryLogger extends Logger {
  readonly lines: readonly LogLine[];
}

/** Makes a {@link MemoryLogger}. */
export function memoryLogger(): MemoryLogger {
  const lines: LogLine[] = [];
  const keep = (level: LogLine['level']) => (facts: object, message: string) => {
    lines.push({ level, facts, message });
  };
  return {
    lines,
    debug: keep('debug'),
    info: keep('info'),
    warn: keep('warn'),
    error: keep('error'),
  };
}
