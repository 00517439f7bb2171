/** What `bed.json` says: all that a test needs to know of a bed that is up. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintOf } from './accounts.ts';
import { ACCOUNT, CLUSTER, TINY_SUBMIT_LIMIT, type Variant } from './configuration.ts';
import { pidOf } from './daemons.ts';
import { type DaemonName, type Layout, LOGINS, type LoginName, layoutOf, NODES } from './layout.ts';

/** A login host and how to get in. */
interface LoginHost {
  /** Its alias in the bed's `sshConfig`. */
  readonly alias: LoginName;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Private key file. */
  readonly key: string;
  readonly knownHosts: string;
  /** A known_hosts file with another key for this host. */
  readonly wrongKnownHosts: string;
  readonly hostKey: string;
  readonly fingerprint: string;
  /** A file with the user's password, where passwords are taken. */
  readonly passwordFile?: string;
}

/** A bed that is up. */
export interface SlurmBed {
  readonly folder: string;
  readonly sshConfig: string;
  /** The usual login host, a second one of the same kind, and one with a banner, a noisy shell and passwords. */
  readonly logins: readonly LoginHost[];
  readonly slurm: {
    /** The value of `SLURM_CONF` for SLURM clients that run on this machine, without SSH. */
    readonly conf: string;
    readonly cluster: string;
    readonly nodes: readonly string[];
    readonly partitions: readonly string[];
    readonly account: string;
    /** An account in which the user may not submit. */
    readonly foreignAccount: string;
    /** Jobs that one user may have in the partition `tiny`. */
    readonly tinySubmitLimit: number;
    readonly logs: string;
  };
  readonly user: string;
  readonly home: string;
  /** A folder of the user with all the space of the machine. */
  readonly scratch: string;
  /** A file system of 30 MB. */
  readonly smallScratch: string;
  /** A folder with Node 24's `bin`; the default PATH of the site has no Node. */
  readonly node: string;
  readonly namespaces: { readonly cluster: string; readonly wire: string };
  /** Process ids when the bed was brought up. */
  readonly pids: Readonly<Partial<Record<DaemonName, number>>>;
  readonly variant: Variant;
}

const DAEMONS: readonly DaemonName[] = [
  'munged',
  'mariadbd',
  'slurmdbd',
  'slurmctld',
  ...NODES,
  ...LOGINS,
];

/** The servers that run, with their process ids. */
export async function runningDaemons(layout: Layout): Promise<SlurmBed['pids']> {
  const pids: Partial<Record<DaemonName, number>> = {};
  for (const name of DAEMONS) {
    const pid = await pidOf(layout, name);
    if (pid !== undefined) pids[name] = pid;
  }
  return pids;
}

/** The servers that a variant needs. */
export const neededDaemons = ({ accounting }: Variant): readonly DaemonName[] =>
  DAEMONS.filter((name) => accounting || (name !== 'mariadbd' && name !== 'slurmdbd'));

async function describeLogin(layout: Layout, alias: LoginName): Promise<LoginHost> {
  const { addresses, paths, user, noisyUser } = layout;
  const isNoisy = alias === 'login3';
  return {
    alias,
    host: addresses.logins[alias],
    port: 22,
    user: isNoisy ? noisyUser : user,
    key: join(paths.secrets, 'user-key'),
    knownHosts: join(paths.etc, 'known_hosts'),
    wrongKnownHosts: join(paths.etc, 'known_hosts_wrong'),
    hostKey: join(paths.secrets, `host-${alias}.pub`),
    fingerprint: await fingerprintOf(layout, alias),
    ...(isNoisy ? { passwordFile: join(paths.secrets, 'password') } : {}),
  };
}

/** Writes `bed.json`, whole or not at all. */
export async function describe(layout: Layout, variant: Variant): Promise<SlurmBed> {
  const { folder, paths, user, clusterNamespace, wireNamespace } = layout;
  const logins: LoginHost[] = [];
  for (const name of LOGINS) logins.push(await describeLogin(layout, name));
  const bed: SlurmBed = {
    folder,
    sshConfig: join(paths.etc, 'ssh_config'),
    logins,
    slurm: {
      conf: paths.slurmConf,
      cluster: CLUSTER,
      nodes: NODES,
      partitions: ['short', 'long', 'urgent', 'tiny'],
      account: ACCOUNT,
      foreignAccount: 'other',
      tinySubmitLimit: TINY_SUBMIT_LIMIT,
      logs: paths.log,
    },
    user,
    home: paths.home,
    scratch: paths.scratch,
    smallScratch: paths.smallScratch,
    node: paths.node,
    namespaces: { cluster: clusterNamespace, wire: wireNamespace },
    pids: await runningDaemons(layout),
    variant,
  };
  writeFileSync(`${paths.bed}.new`, `${JSON.stringify(bed, undefined, 2)}\n`);
  renameSync(`${paths.bed}.new`, paths.bed);
  return bed;
}

/** The description of a bed that was brought up, or `undefined`. */
export function readBed(layout: Layout = layoutOf()): SlurmBed | undefined {
  try {
    return JSON.parse(readFileSync(layout.paths.bed, 'utf8')) as SlurmBed;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
