import { existsSync } from 'node:fs';

/** Whether there may be a Kerberos ticket. */
export type KerberosTicket = () => boolean;

/** Socket of the agent that the environment names. The environment is read here and nowhere else in this package. */
export function agentSocket(): string | undefined {
  const socket = process.env['SSH_AUTH_SOCK'];
  return socket === undefined || socket === '' ? undefined : socket;
}

/** A ticket's cache is where the environment says, or in the usual file. */
export const kerberosTicket: KerberosTicket = () =>
  (process.env['KRB5CCNAME'] ?? '') !== '' || existsSync(`/tmp/krb5cc_${process.getuid?.() ?? ''}`);

/**
 * What commands on this machine have in their environment: that of this process without the secrets of projects. sbatch
 * hands all of it on to the job, and SLURM keeps it in files.
 */
export function commandEnvironment(): Readonly<Record<string, string | undefined>> {
  const entries = Object.entries(process.env);
  return Object.fromEntries(entries.filter(([name]) => !name.startsWith('ORCHESTRATE_SECRET_')));
}
