import { isatty } from 'node:tty';
import type { Terminal } from '@orchestrate/core';
import type { Output } from '../output/output.ts';

/**
 * The terminal of this process, handed over key by key until it is disposed of; what is piped in when there is none.
 */
export function processTerminal(output: Output): Terminal & Disposable {
  const { stdin, stdout } = process;
  const decoder = new TextDecoder();
  const isTerminal = isatty(0) && output.isTerminal;
  if (isTerminal) stdin.setRawMode(true);
  return {
    input: stdin,
    write: (bytes) => output.write(decoder.decode(bytes, { stream: true })),
    size: () => (isTerminal ? { columns: stdout.columns, rows: stdout.rows } : undefined),
    onResize(listener) {
      stdout.on('resize', listener);
      return { [Symbol.dispose]: () => void stdout.off('resize', listener) };
    },
    [Symbol.dispose]() {
      if (isTerminal) stdin.setRawMode(false);
      stdin.destroy();
    },
  };
}
