import { CommandBudget } from './command-budget.ts';
import { type Connect, Connection, type Surroundings } from './connection.ts';
import { LinkedHost } from './linked-host.ts';
import type { RemoteHost } from './transport.ts';

/** How a host is reached that needs a way of its own. */
export interface LinkedHostOptions {
  /** What to call it in messages. */
  readonly name: string;
  /** Makes a link to it: when the first command needs one, and again after it was lost. */
  readonly connect: Connect;
  /** Most commands in any 60 seconds. Default: no limit. */
  readonly commandsPerMinute?: number;
}

/** A host behind links of the caller's own. */
export function openLinkedHost(
  { name, connect, commandsPerMinute = Number.POSITIVE_INFINITY }: LinkedHostOptions,
  around: Surroundings,
): RemoteHost {
  const connection = new Connection([name], connect, around);
  return new LinkedHost(name, connection, new CommandBudget(commandsPerMinute, around), around);
}
