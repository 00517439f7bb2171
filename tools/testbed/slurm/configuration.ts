/** Texts of the configuration files of a bed. */
import { join } from 'node:path';
import { type Layout, LOGINS, type LoginName, NODES } from './layout.ts';

/** What differs between variants of the bed. */
export interface Variant {
  /** Whether the controller keeps accounts in slurmdbd; without, `sacct` has nothing to say. */
  readonly accounting: boolean;
  /** Seconds the controller remembers a finished job. */
  readonly minJobAge: number;
  /** Seconds of silence after which a node counts as failed. */
  readonly slurmdTimeout: number;
}

export const USUAL: Variant = { accounting: true, minJobAge: 300, slurmdTimeout: 30 };

export const CLUSTER = 'testbed';
export const ACCOUNT = 'science';
/** Jobs one user may have queued at once in the partition `tiny`. */
export const TINY_SUBMIT_LIMIT = 5;
const CONTROLLER_PORT = 6817;
const DATABASE_DAEMON_PORT = 6819;
const FIRST_NODE_PORT = 6821;
const CPUS_OF_A_NODE = 8;

export const mungeSocket = ({ paths }: Layout): string => join(paths.munge, 'munge.socket');
export const databaseSocket = ({ paths }: Layout): string => join(paths.database, 'm.sock');

function accountingLines(layout: Layout, { accounting }: Variant): readonly string[] {
  if (!accounting)
    return [
      'AccountingStorageType=accounting_storage/none',
      'JobAcctGatherType=jobacct_gather/none',
    ];
  return [
    'AccountingStorageType=accounting_storage/slurmdbd',
    'AccountingStorageHost=127.0.0.1',
    `AccountingStoragePort=${DATABASE_DAEMON_PORT}`,
    // For munge this is no password: it names the socket, which AuthInfo does not do for slurmdbd.
    `AccountingStoragePass=${mungeSocket(layout)}`,
    'AccountingStorageEnforce=associations,limits,qos',
    'AccountingStoreFlags=job_comment',
    'JobAcctGatherType=jobacct_gather/linux',
    'JobAcctGatherFrequency=2',
  ];
}

function partitionLines({ accounting }: Variant): readonly string[] {
  const all = `Nodes=${NODES.join(',')} State=UP`;
  const qos = accounting ? ' QOS=tiny' : '';
  return [
    `PartitionName=short ${all} Default=YES MaxTime=10 DefaultTime=5 PriorityTier=1 PreemptMode=REQUEUE`,
    `PartitionName=long ${all} MaxTime=2-00:00:00 DefaultTime=60 PriorityTier=1 PreemptMode=CANCEL`,
    `PartitionName=urgent ${all} MaxTime=10 DefaultTime=5 PriorityTier=10 PreemptMode=OFF`,
    `PartitionName=tiny Nodes=p1 State=UP MaxTime=2 DefaultTime=1 MaxNodes=1 PriorityTier=1 PreemptMode=OFF${qos}`,
  ];
}

/** slurm.conf. Ports are those of the cluster's own network namespace. */
export function slurmConf(layout: Layout, variant: Variant): string {
  const { addresses, paths } = layout;
  const nodes = NODES.map(
    (name, index) =>
      `NodeName=${name} NodeHostname=${name} NodeAddr=${addresses.controller} Port=${FIRST_NODE_PORT + index} ` +
      `CPUs=${CPUS_OF_A_NODE} RealMemory=4000 State=UNKNOWN`,
  );
  return [
    `ClusterName=${CLUSTER}`,
    `SlurmctldHost=head(${addresses.controller})`,
    `SlurmctldPort=${CONTROLLER_PORT}`,
    'SlurmUser=root',
    'AuthType=auth/munge',
    `AuthInfo=socket=${mungeSocket(layout)}`,
    'CredType=cred/munge',
    'MpiDefault=none',
    'ProctrackType=proctrack/linuxproc',
    'TaskPlugin=task/none',
    'SwitchType=switch/none',
    'ReturnToService=2',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_Core',
    // More processors than the machine has: jobs of tests mostly wait.
    'SlurmdParameters=config_overrides',
    // With the usual intervals a cluster of this size starts five jobs a second.
    'SchedulerType=sched/backfill',
    'SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,sched_interval=1,bf_interval=1',
    'PreemptType=preempt/partition_prio',
    'PreemptMode=REQUEUE',
    'JobRequeue=1',
    'MaxJobCount=25000',
    'MaxArraySize=1001',
    'KillWait=5',
    `MinJobAge=${variant.minJobAge}`,
    `SlurmdTimeout=${variant.slurmdTimeout}`,
    'SlurmctldTimeout=30',
    'MessageTimeout=10',
    'InactiveLimit=0',
    'PropagateResourceLimits=NONE',
    'MailProg=/bin/true',
    `StateSaveLocation=${join(paths.state, 'controller')}`,
    `SlurmdSpoolDir=${join(paths.state, 'spool', '%n')}`,
    `SlurmctldPidFile=${join(paths.state, 'slurmctld.pid')}`,
    `SlurmdPidFile=${join(paths.state, 'slurmd-%n.pid')}`,
    `SlurmctldLogFile=${join(paths.log, 'slurmctld.log')}`,
    `SlurmdLogFile=${join(paths.log, 'slurmd-%n.log')}`,
    'SlurmctldDebug=info',
    'SlurmdDebug=info',
    ...accountingLines(layout, variant),
    ...nodes,
    ...partitionLines(variant),
    '',
  ].join('\n');
}

/** slurmdbd.conf, which holds a password and is for root only. */
export function slurmdbdConf(layout: Layout, password: string): string {
  const { paths } = layout;
  return [
    'AuthType=auth/munge',
    `AuthInfo=socket=${mungeSocket(layout)}`,
    'DbdHost=head',
    'DbdAddr=127.0.0.1',
    `DbdPort=${DATABASE_DAEMON_PORT}`,
    'SlurmUser=root',
    `LogFile=${join(paths.log, 'slurmdbd.log')}`,
    `PidFile=${join(paths.state, 'slurmdbd.pid')}`,
    'StorageType=accounting_storage/mysql',
    'StorageHost=127.0.0.1',
    'StoragePort=3306',
    'StorageUser=slurm',
    `StoragePass=${password}`,
    'StorageLoc=slurm_acct_db',
    '',
  ].join('\n');
}

/** The hosts file of the cluster: its servers know each other by name. */
export function hostsFile({ addresses }: Layout): string {
  const logins = LOGINS.map((name) => `${addresses.logins[name]} ${name}`);
  const inside = `${addresses.controller} head ${NODES.join(' ')}`;
  return ['127.0.0.1 localhost', inside, ...logins, ''].join('\n');
}

/** sshd_config of a login host. */
export function sshdConfig(layout: Layout, name: LoginName): string {
  const { addresses, paths, user, noisyUser } = layout;
  const isNoisy = name === 'login3';
  return [
    `ListenAddress ${addresses.logins[name]}:22`,
    `HostKey ${join(paths.secrets, `host-${name}`)}`,
    `PidFile ${join(paths.state, `sshd-${name}.pid`)}`,
    `AuthorizedKeysFile ${join(paths.etc, 'authorized_keys')}`,
    `AllowUsers ${isNoisy ? noisyUser : user}`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin no',
    `PasswordAuthentication ${isNoisy ? 'yes' : 'no'}`,
    'KbdInteractiveAuthentication no',
    ...(isNoisy ? [`Banner ${join(paths.etc, 'banner')}`] : []),
    'PrintMotd no',
    'UseDNS no',
    'X11Forwarding no',
    // Tests open and lose many connections within a second.
    'MaxStartups 100:30:200',
    'Subsystem sftp internal-sftp',
    `SetEnv SLURM_CONF=${paths.slurmConf}`,
    '',
  ].join('\n');
}

/** An ssh_config for clients on this machine, with one `Host` for each login host. */
export function sshConfig(layout: Layout): string {
  const { addresses, paths, user, noisyUser } = layout;
  return LOGINS.map((name) =>
    [
      `Host ${name}`,
      `  HostName ${addresses.logins[name]}`,
      '  Port 22',
      `  User ${name === 'login3' ? noisyUser : user}`,
      `  IdentityFile ${join(paths.secrets, 'user-key')}`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile ${join(paths.etc, 'known_hosts')}`,
      '  GlobalKnownHostsFile /dev/null',
      '  StrictHostKeyChecking yes',
      '',
    ].join('\n'),
  ).join('\n');
}
