import type {
  CommandSpec,
  Completion,
  OptionSpec,
  PositionalSpec,
} from '../arguments/command-spec.ts';
import { optionsOf } from '../arguments/global-options.ts';

/** One thing the word at the cursor may become. */
export interface Candidate {
  readonly value: string;
  readonly says?: string;
}

/** What only the project knows. `start` is what has been typed; candidates that do not begin with it may be left out. */
export interface Lookups {
  profiles(): Promise<readonly string[]>;
  runs(start: string): Promise<readonly Candidate[]>;
  tasks(start: string): Promise<readonly Candidate[]>;
  members(start: string): Promise<readonly Candidate[]>;
}

/** Candidates, or the kind of path that the shell completes by itself. */
export type CompletionAnswer = readonly Candidate[] | 'file' | 'folder';

interface Place {
  readonly command: CommandSpec | undefined;
  /** The option whose value the word at the cursor is. */
  readonly awaits: OptionSpec | undefined;
  readonly positionals: number;
  readonly used: ReadonlySet<string>;
}

function findOption(word: string, options: readonly OptionSpec[]): OptionSpec | undefined {
  if (word.startsWith('--')) {
    const name = word.slice(2).split('=', 1)[0];
    return options.find((option) => option.name === name);
  }
  return options.find((option) => option.short !== undefined && word === `-${option.short}`);
}

function locate(before: readonly string[], commands: readonly CommandSpec[]): Place {
  const all = commands.flatMap(optionsOf);
  const used = new Set<string>();
  let command: CommandSpec | undefined;
  let awaits: OptionSpec | undefined;
  let positionals = 0;
  for (const word of before) {
    if (awaits !== undefined) {
      awaits = undefined;
    } else if (word.startsWith('-')) {
      const option = findOption(word, command === undefined ? all : optionsOf(command));
      if (option === undefined) continue;
      if (!option.many) used.add(option.name);
      if (option.value !== undefined && !word.includes('=')) awaits = option;
    } else if (command === undefined) {
      command = commands.find((candidate) => candidate.name === word);
    } else {
      positionals += 1;
    }
  }
  return { command, awaits, positionals, used };
}

function matching(candidates: readonly Candidate[], start: string): Candidate[] {
  return candidates.filter((candidate) => candidate.value.startsWith(start));
}

async function completeValue(
  start: string,
  spec: { readonly choices?: readonly string[]; readonly complete?: Completion },
  lookups: Lookups,
): Promise<CompletionAnswer> {
  if (spec.choices !== undefined) {
    return matching(
      spec.choices.map((value) => ({ value })),
      start,
    );
  }
  switch (spec.complete) {
    case 'file':
    case 'folder':
      return spec.complete;
    case 'profile':
      return matching(
        (await lookups.profiles()).map((value) => ({ value })),
        start,
      );
    case 'run':
      return matching(await lookups.runs(start), start);
    case 'task':
      return matching(await lookups.tasks(start), start);
    case 'member':
      return matching(await lookups.members(start), start);
    default:
      return [];
  }
}

function positionalAt(command: CommandSpec, index: number): PositionalSpec | undefined {
  const positionals = command.positionals ?? [];
  const last = positionals.at(-1);
  return positionals[index] ?? (last?.many ? last : undefined);
}

async function completeInline(
  current: string,
  options: readonly OptionSpec[],
  lookups: Lookups,
): Promise<CompletionAnswer> {
  const border = current.indexOf('=') + 1;
  const option = findOption(current, options);
  if (option?.value === undefined) return [];
  const answer = await completeValue(current.slice(border), option, lookups);
  if (typeof answer === 'string') return answer;
  return answer.map(({ value }) => ({ value: current.slice(0, border) + value }));
}

/** What the last of `words` may become; the words before it are those between `orchestrate` and the cursor. */
export async function completeWords(
  words: readonly string[],
  commands: readonly CommandSpec[],
  lookups: Lookups,
): Promise<CompletionAnswer> {
  const plain = words.map((word) => word.replace(/^["']/, ''));
  const current = plain.at(-1) ?? '';
  const { command, awaits, positionals, used } = locate(plain.slice(0, -1), commands);
  if (awaits !== undefined) return completeValue(current, awaits, lookups);
  if (command === undefined && !current.startsWith('-')) {
    return matching(
      commands.map(({ name, summary }) => ({ value: name, says: summary })),
      current,
    );
  }
  const options = command === undefined ? [] : optionsOf(command);
  if (/^--[a-z-]+=/.test(current)) return completeInline(current, options, lookups);
  if (current.startsWith('-')) {
    const offered =
      command === undefined
        ? [
            { value: '--help', says: 'Show help' },
            { value: '--version', says: 'Show the version' },
          ]
        : options
            .filter((option) => !used.has(option.name))
            .map((option) => ({ value: `--${option.name}`, says: option.says }));
    return matching(offered, current);
  }
  const positional = command === undefined ? undefined : positionalAt(command, positionals);
  return positional === undefined ? [] : completeValue(current, positional, lookups);
}
