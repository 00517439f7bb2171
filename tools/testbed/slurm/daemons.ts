/** Starts, stops and watches the servers of a bed, each in the foreground and with its process id known. */
import { existsSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { databaseSocket, mungeSocket } from './configuration.ts';
import { BedProblem, must, until } from './execute.ts';
import {
  type DaemonName,
  type Layout,
  LOGINS,
  type LoginName,
  NODES,
  type NodeName,
} from './layout.ts';
import { inNamespace, processesIn } from './network.ts';

const ENTER = join(import.meta.dirname, 'enter.sh');

const isNode = (name: string): name is NodeName => NODES.some((node) => node === name);
const isLogin = (name: string): name is LoginName => LOGINS.some((login) => login === name);

/** The program of a server. */
function argvOf(layout: Layout, name: DaemonName): readonly string[] {
  const { paths } = layout;
  if (isNode(name)) return ['/usr/sbin/slurmd', '-D', '-N', name, '-f', paths.slurmConf];
  if (isLogin(name)) return ['/usr/sbin/sshd', '-D', '-e', '-f', join(paths.etc, `sshd-${name}`)];
  switch (name) {
    case 'slurmctld':
      return ['/usr/sbin/slurmctld', '-D', '-f', paths.slurmConf];
    case 'slurmdbd':
      return ['/usr/sbin/slurmdbd', '-D'];
    case 'munged':
      return [
        'setpriv',
        '--reuid=munge',
        '--regid=munge',
        '--clear-groups',
        '/usr/sbin/munged',
        '--foreground',
        '--num-threads=4',
        `--socket=${mungeSocket(layout)}`,
        `--key-file=${join(paths.munge, 'key')}`,
        `--pid-file=${join(paths.munge, 'pid')}`,
        `--log-file=${join(paths.munge, 'log')}`,
        `--seed-file=${join(paths.munge, 'seed')}`,
      ];
    case 'mariadbd':
      return [
        '/usr/sbin/mariadbd',
        '--no-defaults',
        '--user=mysql',
        '--skip-name-resolve',
        `--datadir=${paths.database}`,
        `--socket=${databaseSocket(layout)}`,
        `--pid-file=${join(paths.database, 'pid')}`,
        '--bind-address=127.0.0.1',
        '--port=3306',
        '--innodb-buffer-pool-size=128M',
        '--innodb-lock-wait-timeout=900',
        // What a crash of the machine would lose matters to nobody here.
        '--innodb-flush-log-at-trx-commit=0',
      ];
  }
}

const hostOf = (name: DaemonName): string => (isNode(name) || isLogin(name) ? name : 'head');

const pidFile = ({ paths }: Layout, name: DaemonName): string => join(paths.run, `${name}.pid`);

/** Process id of a server, or `undefined` when it does not run. */
export async function pidOf(layout: Layout, name: DaemonName): Promise<number | undefined> {
  const file = pidFile(layout, name);
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8'));
  // The number may have gone to a process of somebody else.
  return (await processesIn(layout.clusterNamespace)).includes(pid) ? pid : undefined;
}

/** Starts a server if it does not run, and waits until it has taken over its process. */
export async function start(layout: Layout, name: DaemonName): Promise<void> {
  if ((await pidOf(layout, name)) !== undefined) return;
  const { paths, clusterNamespace } = layout;
  rmSync(pidFile(layout, name), { force: true });
  const enter = [ENTER, name, hostOf(name), paths.run, paths.log, paths.absent];
  const isolated = ['unshare', '--mount', '--uts', '--', ...enter, ...argvOf(layout, name)];
  // In a session of its own, it outlives whoever started it and never is a zombie of theirs.
  await must(['setsid', '--fork', ...inNamespace(clusterNamespace, ...isolated)], {
    env: { SLURM_CONF: paths.slurmConf, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  await until(`start of ${name}`, async () => (await pidOf(layout, name)) !== undefined, 10);
}

/** Sends a signal to a server. Throws a {@link BedProblem} when it does not run. */
export async function signal(
  layout: Layout,
  name: DaemonName,
  wanted: NodeJS.Signals,
): Promise<void> {
  const pid = await pidOf(layout, name);
  if (pid === undefined) throw new BedProblem(`${name} does not run`);
  process.kill(pid, wanted);
}

/** Ends a server, at once by default, and waits until it is gone. */
export async function stop(
  layout: Layout,
  name: DaemonName,
  how: NodeJS.Signals = 'SIGKILL',
): Promise<void> {
  const pid = await pidOf(layout, name);
  if (pid === undefined) return;
  send(pid, how);
  // One that was suspended hears nothing else.
  if (how !== 'SIGKILL') send(pid, 'SIGCONT');
  await until(`end of ${name}`, async () => (await pidOf(layout, name)) === undefined, 30);
}

/** Processes that a server started, with itself: those which share its host name. Other users' terminals stay. */
export async function familyOf(layout: Layout, name: DaemonName): Promise<readonly number[]> {
  const pid = await pidOf(layout, name);
  if (pid === undefined) return [];
  const host = hostIdentity(pid);
  const all = await processesIn(layout.clusterNamespace);
  return all.filter((other) => other === pid || hostIdentity(other) === host);
}

function hostIdentity(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/uts`);
  } catch {
    return undefined;
  }
}

function send(pid: number, wanted: NodeJS.Signals): void {
  try {
    process.kill(pid, wanted);
  } catch (error) {
    // It ended by itself in the meantime.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Kills processes and waits until they are gone from the cluster. */
export async function killAll(layout: Layout, pids: readonly number[]): Promise<void> {
  for (const pid of pids) send(pid, 'SIGKILL');
  await until('end of killed processes', async () => {
    const left = await processesIn(layout.clusterNamespace);
    return !pids.some((pid) => left.includes(pid));
  });
}
