/** Where everything of a bed is: paths, names and addresses, all derived from its folder, so that several beds can be up. */
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The folder of the bed when `ORCHESTRATE_TESTBED_SLURM` names none. Not under a home: other users must reach it. */
const DEFAULT_FOLDER = join(tmpdir(), 'orchestrate-testbed-slurm');

export const NODES = ['p1', 'p2', 'p3', 'p4'] as const;
export const LOGINS = ['login1', 'login2', 'login3'] as const;

/** A compute node of the bed. */
export type NodeName = (typeof NODES)[number];
/** A login host of the bed: `login3` is the noisy one. */
export type LoginName = (typeof LOGINS)[number];
/** A server of the bed. */
export type DaemonName = 'munged' | 'mariadbd' | 'slurmdbd' | 'slurmctld' | NodeName | LoginName;

/** What a bed is made of, before anything runs. */
export interface Layout {
  readonly folder: string;
  /** Network namespace of the cluster, login hosts included. */
  readonly clusterNamespace: string;
  /** Network namespace of the router between this machine and the login hosts. */
  readonly wireNamespace: string;
  /** Network interfaces, at most 15 characters each; the second of a pair is in the namespace named by the key. */
  readonly interfaces: {
    readonly fabric: string;
    readonly wire: string;
  };
  /** Addresses without prefix length. */
  readonly addresses: {
    /** Direct network between this machine and the controller, for SLURM clients without SSH. */
    readonly fabricHere: string;
    readonly controller: string;
    readonly wireHere: string;
    readonly wireNear: string;
    readonly wireFar: string;
    readonly gateway: string;
    readonly logins: Readonly<Record<LoginName, string>>;
  };
  readonly user: string;
  readonly noisyUser: string;
  readonly paths: {
    /** A file that says that the folder is a bed, and may be removed. */
    readonly mark: string;
    readonly bed: string;
    readonly etc: string;
    readonly run: string;
    readonly log: string;
    readonly state: string;
    readonly munge: string;
    readonly database: string;
    readonly secrets: string;
    readonly home: string;
    readonly noisyHome: string;
    readonly scratch: string;
    readonly smallScratch: string;
    readonly node: string;
    readonly absent: string;
    readonly slurmConf: string;
  };
}

function pathsIn(folder: string, user: string, noisyUser: string): Layout['paths'] {
  const at = (...parts: readonly string[]) => join(folder, ...parts);
  return {
    mark: at('.orchestrate-testbed'),
    bed: at('bed.json'),
    etc: at('etc'),
    run: at('run'),
    log: at('log'),
    state: at('state'),
    munge: at('munge'),
    database: at('database'),
    secrets: at('secrets'),
    home: at('home', user),
    noisyHome: at('home', noisyUser),
    scratch: at('scratch'),
    smallScratch: at('small-scratch'),
    node: at('opt', 'node-24'),
    absent: at('absent'),
    slurmConf: at('etc', 'slurm.conf'),
  };
}

/** The layout of the bed in a folder. The default bed has plain names, others carry a number made from their path. */
export function layoutOf(
  named: string = process.env['ORCHESTRATE_TESTBED_SLURM'] || DEFAULT_FOLDER,
): Layout {
  const folder = resolve(named);
  const isDefault = folder === DEFAULT_FOLDER;
  const digest = createHash('sha256').update(folder).digest();
  const number = isDefault ? 0 : 1 + ((digest[0] ?? 0) % 250);
  const suffix = isDefault ? '' : `-${number}`;
  const user = `orchestrate-tester${suffix}`;
  const noisyUser = `orchestrate-noisy${suffix}`;
  const net = `10.199.${number}`;
  return {
    folder,
    clusterNamespace: `orchestrate-slurm${suffix}`,
    wireNamespace: `orchestrate-wire${suffix}`,
    interfaces: { fabric: `oslurm-f${suffix}`, wire: `oslurm-w${suffix}` },
    addresses: {
      fabricHere: `${net}.1`,
      controller: `${net}.2`,
      wireHere: `${net}.65`,
      wireNear: `${net}.66`,
      wireFar: `${net}.129`,
      gateway: `${net}.129`,
      logins: { login1: `${net}.130`, login2: `${net}.131`, login3: `${net}.132` },
    },
    user,
    noisyUser,
    paths: pathsIn(folder, user, noisyUser),
  };
}
