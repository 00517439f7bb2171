import type { CommandSpec, OptionSpec } from './command-spec.ts';

/** Options that choose the project and change it. */
const PROJECT_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'config',
    short: 'c',
    value: 'FILE',
    complete: 'file',
    says: 'Project file',
    otherwise: 'project.yaml in the current folder',
  },
  {
    name: 'profile',
    short: 'p',
    value: 'NAME',
    many: true,
    complete: 'profile',
    says: 'Apply a profile of the project; several are applied in the order given',
  },
  {
    name: 'set',
    value: 'PATH=VALUE',
    many: true,
    says: 'Override one value of the project, e.g. limits.jobs=4; the value is read as YAML',
  },
];

const JSON_OPTION: OptionSpec = {
  name: 'json',
  says: 'Answer in JSON on standard output',
};

const COMMON_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'color',
    value: 'WHEN',
    choices: ['auto', 'always', 'never'],
    says: 'Use colour; NO_COLOR and FORCE_COLOR are honoured',
    otherwise: 'auto',
  },
  { name: 'quiet', short: 'q', says: 'Say only what went wrong and the answer itself' },
  { name: 'verbose', short: 'v', says: 'Say more about what happens' },
  { name: 'help', short: 'h', says: 'Show help' },
];

/** Every option a command takes: its own first, then the shared ones. */
export function optionsOf(command: CommandSpec): readonly OptionSpec[] {
  return [...(command.options ?? []), ...sharedOptionsOf(command)];
}

/** The options a command has in common with others. */
export function sharedOptionsOf(command: CommandSpec): readonly OptionSpec[] {
  return [
    ...(command.withoutProject ? [] : PROJECT_OPTIONS),
    ...(command.withoutJson ? [] : [JSON_OPTION]),
    ...COMMON_OPTIONS,
  ];
}
