import { Duration } from '@orchestrate/core';
import { z } from 'zod';

/** A name that can be nothing but a host: no option, no shell text. Entries of ~/.ssh/config are names too. */
const HostName = z
  .string()
  .regex(/^[A-Za-z0-9_[][A-Za-z0-9._:%\]-]*$/, 'expected the name or address of a host');
const UserName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._@\\$-]*$/, 'expected a user name');
const FilePath = z
  .string()
  .regex(/^[^\p{Cc}"]+$/u, 'expected a path without control characters and double quotes');
const Port = z.int().min(1).max(65_535);

/** The `ssh:` block of a backend: how the login host is reached. */
export const SshConfig = z
  .strictObject({
    host: HostName.optional().describe(
      'Login host: its name, its address, or its entry in `~/.ssh/config`, which is honoured.',
    ),
    hosts: z
      .array(HostName)
      .min(1)
      .optional()
      .describe('Several login hosts of one cluster, in the order in which they are tried.'),
    user: UserName.optional().describe('User there. Default: that of `~/.ssh/config`, or yours.'),
    port: Port.optional().describe('Port. Default: that of `~/.ssh/config`, or 22.'),
    via: z
      .enum(['auto', 'ssh2', 'system'])
      .default('auto')
      .describe(
        'Who connects: the library `ssh2`, or the program `ssh` of the system. `auto` takes `system` where a login needs Kerberos, certificates, security keys or a proxy command, and `ssh2` otherwise.',
      ),
    identityFile: FilePath.optional().describe(
      'Private key for the login; `~` is your home folder. Default: those of `~/.ssh/config`.',
    ),
    knownHosts: FilePath.optional().describe(
      'File with the known keys of hosts. Default: that of `~/.ssh/config`, or `~/.ssh/known_hosts`.',
    ),
    strictHostKey: z
      .enum(['yes', 'accept-new'])
      .optional()
      .describe(
        '`yes` refuses a host whose key is not known, `accept-new` writes it down at the first contact. A key that has changed is always refused. Default: that of `~/.ssh/config`, or `yes`.',
      ),
    password: z
      .string()
      .min(1)
      .optional()
      .describe('Password as a reference to a secret: `${secret:NAME}`. With `ssh2` only.'),
    jump: z
      .string()
      .regex(
        /^[A-Za-z0-9_[][A-Za-z0-9._@:%\]-]*(?:,[A-Za-z0-9_[][A-Za-z0-9._@:%\]-]*)*$/,
        'expected [user@]host[:port], or several with commas between them',
      )
      .optional()
      .describe('Hosts to go through, like `ProxyJump`: `[user@]host[:port]`, with commas.'),
    keepAlive: Duration.default(15).describe(
      'Time without a word after which the host is asked whether it is still there; after three without an answer the link counts as lost.',
    ),
    connectTimeout: Duration.default(15).describe('Longest time for making a connection.'),
    commandsPerMinute: z
      .int()
      .min(1)
      .default(240)
      .describe('Most commands a minute on the host, of all that we do there.'),
  })
  .refine(({ host, hosts }) => (host === undefined) !== (hosts === undefined), {
    message: 'expected either `host` or `hosts`',
  });

/** Checked `ssh:` block. Times are seconds. */
export type SshConfig = z.output<typeof SshConfig>;

/** Login hosts in the order in which they are tried. */
export function hostsOf({ host, hosts }: SshConfig): readonly string[] {
  return hosts ?? (host === undefined ? [] : [host]);
}
