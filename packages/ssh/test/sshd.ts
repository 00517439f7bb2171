import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The server of OpenSSH; it must be called by its absolute path. */
const SSHD = '/usr/sbin/sshd';

/** A server of this machine, with keys of its own and its user's. */
export interface Sshd extends AsyncDisposable {
  readonly folder: string;
  readonly port: number;
  readonly userKey: string;
  readonly hostKey: string;
  readonly knownHosts: string;
  /** Ends it with all its connections. */
  stop(): Promise<void>;
  /** Starts it again, on the same port. */
  start(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** A key without a passphrase. */
export function makeKey(file: string, ...more: string[]): string {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file, ...more]);
  return file;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'data');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Starts a server for the current user, with further lines of configuration and variables. */
export async function startSshd(options: readonly string[] = [], environment = ''): Promise<Sshd> {
  if (!existsSync(SSHD))
    throw new Error(`did not run: there is no ${SSHD}; install openssh-server`);
  // Of root the server wants this folder; the machine may never have started one.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const folder = mkdtempSync(join(tmpdir(), 'orchestrate-sshd-'));
  const port = await freePort();
  const hostKey = makeKey(join(folder, 'host'));
  const userKey = makeKey(join(folder, 'user'));
  const knownHosts = join(folder, 'known_hosts');
  const [type, base64] = readFileSync(`${hostKey}.pub`, 'utf8').split(' ');
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${type} ${base64}\n`);
  writeFileSync(join(folder, 'authorized'), readFileSync(`${userKey}.pub`));
  const settings = join(folder, 'sshd_config');
  writeFileSync(
    settings,
    [
      ...options,
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${hostKey}`,
      `AuthorizedKeysFile ${join(folder, 'authorized')}`,
      `PidFile ${join(folder, 'pid')}`,
      'StrictModes no',
      // bash would read the start-up file of whoever runs the tests, which takes its time and is not to be cut off.
      `SetEnv SHLVL=2 ${environment}`,
      'UsePAM no',
      'PasswordAuthentication no',
      'Subsystem sftp internal-sftp',
      '',
    ].join('\n'),
  );
  const log = join(folder, 'log');
  let child: ReturnType<typeof spawn> | undefined;
  const start = async () => {
    child = spawn(SSHD, ['-D', '-f', settings, '-E', log], { stdio: 'ignore', detached: true });
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(readFileSync(log, 'utf8'));
    }
  };
  const stop = async () => {
    const running = child;
    child = undefined;
    if (running?.pid === undefined || running.exitCode !== null) return;
    const gone = once(running, 'exit');
    // Its sessions are processes of their own, in sessions of their own.
    for (const pid of descendants(running.pid)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
    running.kill('SIGKILL');
    await gone;
  };
  await start();
  return {
    folder,
    port,
    userKey,
    hostKey,
    knownHosts,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Everything that a process has started, itself not. */
function descendants(root: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=', '-o', 'ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = [root];
  for (const at of found) {
    for (const [pid, parent] of table) if (parent === at && pid !== undefined) found.push(pid);
  }
  return found.slice(1);
}

/** Lets another key in. */
export function authorize(sshd: Sshd, publicKey: string): void {
  appendFileSync(join(sshd.folder, 'authorized'), publicKey);
}
