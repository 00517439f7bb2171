export type { CommandSpec, OptionSpec, PositionalSpec } from './arguments/command-spec.ts';
export { COMMANDS } from './commands/command-table.ts';
export { EXIT, type ExitCode } from './exit-codes.ts';
export { main } from './main.ts';
