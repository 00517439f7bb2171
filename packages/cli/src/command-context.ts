import type { Call } from './arguments/call.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Output } from './output/output.ts';

/** The environment of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a command is handed. */
export interface CommandContext {
  readonly call: Call;
  readonly output: Output;
  /** Absolute path of the folder the command was called in. */
  readonly directory: string;
  readonly environment: Environment;
  /** Version of the program. */
  readonly version: string;
}

/** The code of a command. Errors it throws are rendered by the caller. */
export type CommandBody = (context: CommandContext) => Promise<ExitCode>;
