import { type Paint, plainPaint } from '../output/paint.ts';
import type { CommandSpec, OptionSpec, PositionalSpec } from './command-spec.ts';
import { sharedOptionsOf } from './global-options.ts';

const INDENT = '  ';

/** Breaks a text into lines of at most `width` characters, at blanks. */
function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line];
}

interface Entry {
  readonly term: string;
  readonly says: string;
}

function renderEntries(entries: readonly Entry[], width: number, paint: Paint): string[] {
  const termWidth = Math.min(28, Math.max(...entries.map((entry) => entry.term.length)));
  const textColumn = INDENT.length + termWidth + 2;
  return entries.flatMap(({ term, says }) => {
    const [first = '', ...more] = wrapText(says, Math.max(30, width - textColumn));
    const blanks = ' '.repeat(textColumn);
    const isLong = term.length > termWidth;
    const head = INDENT + paint('strong', term);
    return [
      ...(isLong
        ? [head, blanks + first]
        : [head + ' '.repeat(termWidth - term.length + 2) + first]),
      ...more.map((line) => blanks + line),
    ];
  });
}

/** `-c, --config FILE`. */
export function optionTerm(option: OptionSpec): string {
  const short = option.short === undefined ? '    ' : `-${option.short}, `;
  return `${short}--${option.name}${option.value === undefined ? '' : ` ${option.value}`}`;
}

/** What an option does, its values and its default in one sentence. */
export function optionText(option: OptionSpec): string {
  const choices =
    option.choices === undefined || option.says.includes('`')
      ? ''
      : `: ${option.choices.join(', ')}`;
  const otherwise = option.otherwise === undefined ? '' : ` (default: ${option.otherwise})`;
  return `${option.says}${choices}${otherwise}`;
}

function positionalUsage(positional: PositionalSpec): string {
  const name = positional.many ? `${positional.name}...` : positional.name;
  return positional.optional ? `[${name}]` : name;
}

/** `orchestrate logs TASK [OPTIONS]`. */
export function usageOf(command: CommandSpec): string {
  const positionals = (command.positionals ?? []).map(positionalUsage);
  return ['orchestrate', command.name, ...positionals, '[OPTIONS]'].join(' ');
}

function optionEntries(options: readonly OptionSpec[]): Entry[] {
  return options.map((option) => ({ term: optionTerm(option), says: optionText(option) }));
}

/** Help of one command. */
export function renderCommandHelp(
  command: CommandSpec,
  width: number,
  paint: Paint = plainPaint,
): string[] {
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', paint('strong', title), ...lines];
  const positionals = (command.positionals ?? []).map((positional) => ({
    term: positional.name,
    says: positional.says,
  }));
  const own = command.options ?? [];
  const shared = sharedOptionsOf(command);
  return [
    `${command.summary}.`,
    '',
    `${paint('strong', 'Usage')}  ${usageOf(command)}`,
    ...command.description.flatMap((text) => ['', ...wrapText(text, width)]),
    ...section(
      'Arguments',
      positionals.length === 0 ? [] : renderEntries(positionals, width, paint),
    ),
    ...section('Options', own.length === 0 ? [] : renderEntries(optionEntries(own), width, paint)),
    ...section('Options of every command', renderEntries(optionEntries(shared), width, paint)),
    ...section(
      'Examples',
      command.examples.flatMap(({ line, says }) => [
        `${INDENT}${paint('faint', `# ${says}`)}`,
        `${INDENT}${line}`,
      ]),
    ),
  ];
}

/** Help of the program: what there is. */
export function renderHelp(
  commands: readonly CommandSpec[],
  width: number,
  paint: Paint = plainPaint,
): string[] {
  const first = commands[1] ?? commands[0];
  return [
    'One file, any compute: run a described pipeline on a laptop, a cluster or a cloud.',
    '',
    `${paint('strong', 'Usage')}  orchestrate COMMAND [OPTIONS]`,
    '',
    paint('strong', 'Commands'),
    ...renderEntries(
      commands.map((command) => ({ term: command.name, says: command.summary })),
      width,
      paint,
    ),
    '',
    paint('strong', 'Options of every command'),
    ...renderEntries(
      [
        ...optionEntries(first === undefined ? [] : sharedOptionsOf(first)),
        { term: '-V, --version', says: 'Show the version' },
      ],
      width,
      paint,
    ),
    '',
    paint('strong', 'Exit codes'),
    ...renderEntries(
      [
        { term: '0', says: 'everything succeeded' },
        { term: '1', says: 'work failed' },
        { term: '2', says: 'the project or the call is wrong' },
        { term: '3', says: 'stopped; `orchestrate resume` goes on' },
        { term: '70', says: 'a defect of Orchestrate' },
      ],
      width,
      paint,
    ),
    '',
    paint('strong', 'Examples'),
    `${INDENT}${paint('faint', '# write a small project, look at the plan, run it')}`,
    `${INDENT}orchestrate init && orchestrate plan && orchestrate run`,
    '',
    '`orchestrate COMMAND --help` shows the options and examples of a command.',
  ];
}
