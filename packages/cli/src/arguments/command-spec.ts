import type { CommandBody } from '../command-context.ts';

/** What a value may be, for shell completion. */
export type Completion = 'file' | 'folder' | 'profile' | 'task' | 'run' | 'member';

/** An option of a command. */
export interface OptionSpec {
  /** Without the dashes. */
  readonly name: string;
  readonly short?: string;
  /** Placeholder of the value, `FILE`; an option without it is a flag. */
  readonly value?: string;
  /** May be given more than once. */
  readonly many?: true;
  /** The only values allowed. */
  readonly choices?: readonly string[];
  /** A whole number from this on. */
  readonly atLeast?: number;
  readonly complete?: Completion;
  /** One line, without a full stop. */
  readonly says: string;
  /** What holds when it is not given, for the help only. */
  readonly otherwise?: string;
}

/** A positional argument of a command. */
export interface PositionalSpec {
  readonly name: string;
  readonly optional?: true;
  readonly many?: true;
  readonly choices?: readonly string[];
  readonly complete?: Completion;
  readonly says: string;
}

/** A command, declared: help, completion and the reference page are made from this. */
export interface CommandSpec {
  readonly name: string;
  /** One line, in the imperative, without a full stop. */
  readonly summary: string;
  /** Paragraphs that say what it does, to whom and what it leaves. */
  readonly description: readonly string[];
  readonly positionals?: readonly PositionalSpec[];
  readonly options?: readonly OptionSpec[];
  /** At least one. */
  readonly examples: readonly { readonly line: string; readonly says: string }[];
  /** Works without a project: the options that choose one are not offered. */
  readonly withoutProject?: true;
  /** Answers with text that has no JSON form: `--json` is not offered. */
  readonly withoutJson?: true;
  /** Fetches the code of the command; nothing of it is loaded before. */
  readonly load: () => Promise<CommandBody>;
}
