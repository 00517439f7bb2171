import type { Logger } from '@orchestrate/core';
import type { Output } from './output.ts';
import type { Tone } from './paint.ts';
import { printable } from './printable.ts';

function factsText(facts: object): string {
  return Object.entries(facts)
    .map(([name, value]) => {
      const text = value instanceof Error ? value.message : value;
      return `${name}=${typeof text === 'string' ? text : JSON.stringify(text)}`;
    })
    .join(' ');
}

/** Log lines for a person: warnings and errors, with `--verbose` everything, on standard error above the progress. */
export function terminalLog(output: Output): Logger {
  const write = (tone: Tone, label: string) => (facts: object, message: string) => {
    const more = printable(factsText(facts));
    const { errorPaint } = output;
    output.note(
      `${errorPaint(tone, label)} ${printable(message)}${more === '' ? '' : `  ${errorPaint('faint', more)}`}`,
    );
  };
  const drop = (): void => {};
  const isVerbose = output.level === 'verbose';
  return {
    debug: isVerbose ? write('faint', 'debug') : drop,
    info: isVerbose ? write('faint', 'info') : drop,
    warn: output.level === 'quiet' ? drop : write('warning', 'warning'),
    error: write('bad', 'error'),
  };
}
