import type { CommandBody } from '../command-context.ts';
import { completionScript } from '../completion/scripts.ts';
import { EXIT } from '../exit-codes.ts';

/** `orchestrate completion SHELL`. */
export const completion: CommandBody = async ({ call, output }) => {
  const shell = call.text('SHELL');
  output.write(completionScript(shell === 'zsh' || shell === 'fish' ? shell : 'bash'));
  return EXIT.succeeded;
};
