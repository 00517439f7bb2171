import type { Surroundings } from './connection.ts';
import { LocalLink } from './local-link.ts';
import { openLinkedHost } from './open-linked-host.ts';
import type { RemoteHost } from './transport.ts';

/** This machine as a host: what is already on the login node needs no connection. Commands are counted all the same. */
export function openLocalHost(
  around: Surroundings,
  budget: { readonly commandsPerMinute?: number } = {},
): RemoteHost {
  const connect = () => Promise.resolve(new LocalLink());
  return openLinkedHost({ name: 'this machine', connect, ...budget }, around);
}
