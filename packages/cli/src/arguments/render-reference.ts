import type { CommandSpec, OptionSpec } from './command-spec.ts';
import { sharedOptionsOf } from './global-options.ts';
import { optionTerm, optionText, usageOf } from './render-help.ts';

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`);
}

function optionRows(options: readonly OptionSpec[]): string[] {
  return [
    '| option | meaning |',
    '| --- | --- |',
    ...options.map(
      (option) => `| \`${cell(optionTerm(option).trim())}\` | ${cell(optionText(option))} |`,
    ),
  ];
}

function commandSection(command: CommandSpec): string[] {
  const positionals = (command.positionals ?? []).map(
    (positional) => `- \`${positional.name}\`: ${positional.says}.`,
  );
  return [
    `## orchestrate ${command.name}`,
    '',
    `${command.summary}.`,
    '',
    '```text',
    usageOf(command),
    '```',
    '',
    ...command.description.flatMap((text) => [text, '']),
    ...(positionals.length === 0 ? [] : [...positionals, '']),
    ...((command.options ?? []).length === 0 ? [] : [...optionRows(command.options ?? []), '']),
    ...(command.withoutProject ? ['Works without a project.', ''] : []),
    '```sh',
    ...command.examples.map(({ line, says }) => `${line}    # ${says}`),
    '```',
    '',
  ];
}

/** The reference page of the command line, made from the command table alone. */
export function renderReference(commands: readonly CommandSpec[]): string {
  const shared = commands.find((command) => !command.withoutProject && !command.withoutJson);
  return [
    '# The command line',
    '',
    '<!-- Made from the command table by `npm run reference -w @orchestrate/cli`; edit packages/cli/src/commands/command-table.ts. -->',
    '',
    '```text',
    'orchestrate COMMAND [OPTIONS]',
    '```',
    '',
    '| command | |',
    '| --- | --- |',
    ...commands.map(
      ({ name, summary }) => `| [\`${name}\`](#orchestrate-${name}) | ${cell(summary)} |`,
    ),
    '',
    '## Options of every command',
    '',
    ...optionRows(shared === undefined ? [] : sharedOptionsOf(shared)),
    '| `-V, --version` | Show the version |',
    '',
    'Commands that work without a project take neither `--config` nor `--profile` nor `--set`.',
    '',
    '## Exit codes',
    '',
    '| code | meaning |',
    '| --- | --- |',
    '| 0 | everything succeeded |',
    '| 1 | work failed, or was cancelled |',
    '| 2 | the project or the call is wrong; nothing was started |',
    '| 3 | stopped before the end; `orchestrate resume` goes on |',
    '| 70 | a defect of Orchestrate; the details are in `.orchestrate/crash-<time>.log` |',
    '',
    '## Output',
    '',
    'Answers go to standard output, errors, warnings and remarks to standard error. With `--json` a command answers with one JSON',
    'value on standard output; an error is `{"error": {"code", "message", "hint", "details"}}`. Secrets of the project are replaced by',
    '`***` in everything that is written.',
    '',
    'On a terminal, `run`, `resume`, `retry` and `status --watch` show progress. Elsewhere, and with `--json`, every event is one line',
    'of JSON on standard output, in the order in which it became durable:',
    '',
    '```json',
    '{"level":"info","sequence":12,"at":1790000000000,"type":"succeeded","tasks":[3,[5,9]],"taskCount":6,"names":["sweep.model/speed=1.0","..."],"msg":"tasks succeeded"}',
    '```',
    '',
    '`sequence` and `at` (milliseconds since 1970) are those of the journal, `type` and the fields that go with it are the facts of the',
    'journal; tasks and jobs are numbers, runs of numbers are `[first, last]`. Beside them stand `taskCount` and up to 20 `names` for',
    '`tasks`, `name` for `task`, and `becauseName` for `because`. What a fact says of each of its tasks (`results`, `outputs`, `usage`) is',
    'left out where they are more than 20; the journal has it. `msg` is fixed text for each type. Lines without `type` are log lines.',
    'The types and their fields are listed in [Events](events.md).',
    'With `--json` the last line is `{"type":"summary", ...}`: the run, its outcome, `counts`, every set and the failures. Without it, the summary',
    'is a table on standard error.',
    '',
    ...commands.flatMap(commandSection),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}
