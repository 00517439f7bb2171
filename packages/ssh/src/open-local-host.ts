import { CommandBudget } from './command-budget.ts';
import { Connection, type Surroundings } from './connection.ts';
import { LinkedHost } from './linked-host.ts';
import { LocalLink } from './local-link.ts';
import type { RemoteHost } from './transport.ts';

/** This machine as a host: what is already on the login node needs no connection. Commands are counted all the same. */
export function openLocalHost(
  around: Surroundings,
  { commandsPerMinute = Number.POSITIVE_INFINITY }: { readonly commandsPerMinute?: number } = {},
): RemoteHost {
  const name = 'this machine';
  const connection = new Connection([name], () => Promise.resolve(new LocalLink()), around);
  return new LinkedHost(name, connection, new CommandBudget(commandsPerMinute, around), around);
}
