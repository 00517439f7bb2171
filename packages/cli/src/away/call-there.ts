import type { CommandSpec } from '../arguments/command-spec.ts';
import type { CommandContext } from '../command-context.ts';
import type { ExitCode } from '../exit-codes.ts';
import { withHost } from './there.ts';

/** Commands that lead a run. */
const LEADING = ['run', 'resume', 'retry'];

/** Carries out a call with `--on NAME`. */
export async function callThere(context: CommandContext, command: CommandSpec): Promise<ExitCode> {
  return withHost(context, async (there) => {
    if (LEADING.includes(command.name)) {
      const { startThere } = await import('./start-there.ts');
      return startThere(context, command, there);
    }
    if (command.name === 'fetch') {
      const { fetchThere } = await import('./fetch-there.ts');
      return fetchThere(context, there);
    }
    if (command.name === 'report') {
      const { reportThere } = await import('./report-there.ts');
      return reportThere(context, command, there);
    }
    const { relay } = await import('./relay.ts');
    return relay(context, command, there);
  });
}
