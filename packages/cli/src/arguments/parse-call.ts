import { parseArgs } from 'node:util';
import { cliError } from '../errors.ts';
import { nearest } from '../output/nearest.ts';
import { printable } from '../output/printable.ts';
import { Call } from './call.ts';
import type { CommandSpec, OptionSpec, PositionalSpec } from './command-spec.ts';
import { optionsOf } from './global-options.ts';

/** What the arguments ask for. */
export type Request =
  | { readonly wants: 'help'; readonly command?: CommandSpec }
  | { readonly wants: 'version' }
  | { readonly wants: 'command'; readonly command: CommandSpec; readonly call: Call };

interface Token {
  readonly kind: string;
  readonly index: number;
  readonly name?: string;
  readonly rawName?: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

/** Options of all commands, so that an option before the command is understood too. */
function everyOption(commands: readonly CommandSpec[]): OptionSpec[] {
  const byName = new Map(commands.flatMap(optionsOf).map((option) => [option.name, option]));
  return [...byName.values()];
}

function tokenize(argv: readonly string[], options: readonly OptionSpec[]): readonly Token[] {
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: {
      version: { type: 'boolean', short: 'V' },
      ...Object.fromEntries(
        options.map((option) => [
          option.name,
          {
            type: option.value === undefined ? ('boolean' as const) : ('string' as const),
            ...(option.short === undefined ? {} : { short: option.short }),
          },
        ]),
      ),
    },
  });
  return tokens;
}

function unknownCommand(name: string, commands: readonly CommandSpec[]): Error {
  const meant = nearest(
    name,
    commands.map((command) => command.name),
  );
  return cliError(
    'CLI_UNKNOWN_COMMAND',
    `there is no command \`${printable(name)}\`${meant === undefined ? '' : `; did you mean \`${meant}\`?`}`,
    { details: { command: name, ...(meant === undefined ? {} : { meant }) } },
  );
}

function unknownOption(token: Token, subject: string, options: readonly OptionSpec[]): Error {
  const given = token.rawName ?? '';
  const names = options.map((option) => option.name);
  const meant = given.startsWith('--') ? nearest(given.slice(2), names) : undefined;
  return cliError(
    'CLI_UNKNOWN_OPTION',
    `\`${subject}\` has no option ${printable(given)}${meant === undefined ? '' : `; did you mean --${meant}?`}`,
    { details: { option: given, ...(meant === undefined ? {} : { meant: `--${meant}` }) } },
  );
}

function checkChoice(subject: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return;
  const meant = nearest(value, choices);
  throw cliError(
    subject.startsWith('--') ? 'CLI_OPTION_VALUE' : 'CLI_ARGUMENT',
    `${subject}: expected ${choices.join(', ')}; got \`${printable(value)}\`${meant === undefined ? '' : `; did you mean \`${meant}\`?`}`,
    { details: { subject, expected: [...choices], got: value } },
  );
}

function checkValue(option: OptionSpec, token: Token, nextIsOption: boolean): string {
  const { value } = token;
  // `--config --json`: parseArgs takes the next option for the value, which nobody means.
  if (value === undefined || (token.inlineValue !== true && nextIsOption)) {
    throw cliError(
      'CLI_OPTION_VALUE',
      `--${option.name} needs a value: --${option.name} ${option.value ?? ''}`,
      { details: { option: `--${option.name}` } },
    );
  }
  if (option.choices !== undefined) checkChoice(`--${option.name}`, value, option.choices);
  if (option.atLeast !== undefined) {
    if (!/^[0-9]{1,9}$/.test(value) || Number(value) < option.atLeast) {
      throw cliError(
        'CLI_OPTION_VALUE',
        `--${option.name}: expected a whole number, ${option.atLeast} or more; got \`${printable(value)}\``,
        { details: { option: `--${option.name}`, got: value } },
      );
    }
  }
  return value;
}

function checkFlag(option: OptionSpec, token: Token): void {
  if (token.value === undefined) return;
  throw cliError(
    'CLI_OPTION_VALUE',
    `--${option.name} takes no value; got \`${printable(token.value)}\``,
    { details: { option: `--${option.name}`, got: token.value } },
  );
}

function bindPositionals(
  command: CommandSpec,
  given: readonly string[],
  values: Map<string, readonly string[]>,
): void {
  const rest = [...given];
  for (const positional of command.positionals ?? []) {
    const taken = positional.many ? rest.splice(0) : rest.splice(0, 1);
    if (taken.length === 0 && !positional.optional) throw missing(command, positional);
    for (const value of taken) {
      if (positional.choices !== undefined) {
        checkChoice(positional.name, value, positional.choices);
      }
    }
    if (taken.length > 0) values.set(positional.name, taken);
  }
  const [extra] = rest;
  if (extra !== undefined) {
    throw cliError(
      'CLI_ARGUMENT',
      `\`orchestrate ${command.name}\` does not take the argument \`${printable(extra)}\``,
      { details: { command: command.name, argument: extra } },
    );
  }
}

function missing(command: CommandSpec, positional: PositionalSpec): Error {
  const choices = positional.choices === undefined ? '' : `: ${positional.choices.join(', ')}`;
  return cliError(
    'CLI_ARGUMENT',
    `\`orchestrate ${command.name}\` needs ${positional.name}${choices}`,
    { details: { command: command.name, argument: positional.name } },
  );
}

function bindOptions(command: CommandSpec, argv: readonly string[], tokens: readonly Token[]) {
  const options = new Map(optionsOf(command).map((option) => [option.name, option]));
  const flags = new Set<string>();
  const values = new Map<string, readonly string[]>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = options.get(token.name ?? '');
    if (option === undefined) {
      throw unknownOption(token, `orchestrate ${command.name}`, [...options.values()]);
    }
    if (option.value === undefined) {
      checkFlag(option, token);
      flags.add(option.name);
      continue;
    }
    const next = argv[token.index + 1] ?? '';
    const value = checkValue(option, token, /^--?[a-z]/i.test(next) && next === token.value);
    values.set(option.name, [...(values.get(option.name) ?? []), value]);
  }
  return { flags, values };
}

/**
 * Reads the arguments of a call. `--help` and `--version` win over everything else that may be wrong with it.
 * @throws CLI_UNKNOWN_COMMAND, CLI_UNKNOWN_OPTION, CLI_OPTION_VALUE, CLI_ARGUMENT
 */
export function parseCall(argv: readonly string[], commands: readonly CommandSpec[]): Request {
  const allTokens = tokenize(argv, everyOption(commands));
  const first = allTokens.find((token) => token.kind === 'positional');
  const command = commands.find((candidate) => candidate.name === first?.value);
  const tokens = command === undefined ? allTokens : tokenize(argv, optionsOf(command));

  const asks = (name: string): boolean =>
    tokens.some((token) => token.kind === 'option' && token.name === name);
  if (asks('help')) return { wants: 'help', ...(command === undefined ? {} : { command }) };
  if (asks('version')) return { wants: 'version' };

  if (first?.value === 'help') return helpOn(tokens, commands);
  if (command === undefined) checkLoneOptions(tokens, commands);
  if (first?.value !== undefined && command === undefined) {
    throw unknownCommand(first.value, commands);
  }
  if (command === undefined) {
    const [option] = tokens;
    if (option === undefined) return { wants: 'help' };
    throw cliError('CLI_UNKNOWN_COMMAND', 'the command is missing: orchestrate COMMAND [OPTIONS]');
  }
  const { flags, values } = bindOptions(command, argv, tokens);
  const positionals = tokens.flatMap((token) =>
    token.kind === 'positional' && token.value !== undefined ? [token.value] : [],
  );
  bindPositionals(command, positionals.slice(1), values);
  return { wants: 'command', command, call: new Call(command.name, flags, values) };
}

/** Where no command is known, a misspelt option is the likelier mistake: its value may look like a command. */
function checkLoneOptions(tokens: readonly Token[], commands: readonly CommandSpec[]): void {
  const options = everyOption(commands);
  const stranger = tokens.find(
    (token) =>
      token.kind === 'option' && options.every((option) => option.name !== (token.name ?? '')),
  );
  if (stranger !== undefined) throw unknownOption(stranger, 'orchestrate', options);
}

function helpOn(tokens: readonly Token[], commands: readonly CommandSpec[]): Request {
  const subject = tokens.filter((token) => token.kind === 'positional')[1]?.value;
  if (subject === undefined) return { wants: 'help' };
  const command = commands.find((candidate) => candidate.name === subject);
  if (command === undefined) throw unknownCommand(subject, commands);
  return { wants: 'help', command };
}
