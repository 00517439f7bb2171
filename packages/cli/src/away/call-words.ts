import { basename } from 'node:path';
import type { Call } from '../arguments/call.ts';
import type { CommandSpec } from '../arguments/command-spec.ts';
import { optionsOf } from '../arguments/global-options.ts';
import { shellQuote } from '../views/shell-quote.ts';

/**
 * The words of a call that do the same beside its project file: in the folder of the project, which may be a copy of it.
 * @param without options that are left out
 * @param more options that are added
 */
export function wordsOf(
  call: Call,
  command: CommandSpec,
  without: readonly string[],
  more: readonly string[] = [],
): readonly string[] {
  const words: string[] = [call.command];
  for (const { name, value } of optionsOf(command)) {
    if (without.includes(name)) continue;
    if (value === undefined) {
      if (call.has(name)) words.push(`--${name}`);
    } else if (name === 'config') {
      const file = call.text(name);
      if (file !== undefined) words.push(`--config=${basename(file)}`);
    } else {
      words.push(...call.texts(name).map((text) => `--${name}=${text}`));
    }
  }
  const positionals = (command.positionals ?? []).flatMap(({ name }) => call.texts(name));
  words.push(...more);
  return positionals.length === 0 ? words : [...words, '--', ...positionals];
}

/** The options that lead a person's next call to the host of a backend. */
export function hostWords(call: Call, backend: string): string {
  const options = [
    ['--on', backend],
    ...call.texts('profile').map((profile) => ['--profile', profile]),
    ...call.texts('config').map((file) => ['--config', file]),
  ];
  return options.map(([name, value = '']) => `${name} ${shellQuote(value)}`).join(' ');
}

const ADVICE = /(^|[`\s])orchestrate (cancel|logs|report|resume|retry|run|status|why)(?=[\s`])/gm;

/** Puts the options into the commands that a text advises. */
export function addressed(text: string, words: string): string {
  return text.replace(
    ADVICE,
    (_all, before: string, name: string) => `${before}orchestrate ${name} ${words}`,
  );
}
