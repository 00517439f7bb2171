import type { CommandBody } from '../command-context.ts';
import { cliError } from '../errors.ts';

/** `orchestrate fetch` without `--on`: there is nothing else to fetch from. */
export const fetch: CommandBody = () => {
  throw cliError('CLI_OPTION_VALUE', '`orchestrate fetch` needs --on BACKEND: where to fetch from');
};
