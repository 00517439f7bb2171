/** Users, keys and accounts of a bed. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCOUNT, CLUSTER, TINY_SUBMIT_LIMIT } from './configuration.ts';
import { BedProblem, execute, must } from './execute.ts';
import { type Layout, LOGINS } from './layout.ts';
import { inNamespace } from './network.ts';

/** What a login shell that talks too much says before every command. */
const NOISY_BASHRC = `echo "Welcome to the testbed. Quota: 12% of 1 TB"
echo "module: loading defaults" >&2
printf '\\033[1mMaintenance on Monday\\033[0m\\n'
alias ls='ls --color=always'
`;

const BANNER = `*******************************************************
* Authorised users only. {"json": "that is not ours"} *
*******************************************************
`;

/** Home folder of a user of this machine, or `undefined`. */
async function homeOf(user: string): Promise<string | undefined> {
  const { code, stdout } = await execute(['getent', 'passwd', user]);
  return code === 0 ? stdout.split(':')[5] : undefined;
}

async function addUser(user: string, home: string): Promise<void> {
  const present = await homeOf(user);
  if (present !== undefined && present !== home)
    throw new BedProblem(`the user ${user} is there, with a home that is not of this bed`);
  mkdirSync(home, { recursive: true });
  if (present === undefined) {
    const shape = ['--no-create-home', '--home-dir', home, '--shell', '/bin/bash'];
    await must(['useradd', ...shape, user]);
  }
  // A new user is locked, and sshd refuses it although it has a key.
  await must(['usermod', '--password', '*', user]);
  await must(['chown', `${user}:`, home]);
  chmodSync(home, 0o755);
}

/** Makes the users, with empty homes. */
export async function addUsers({ user, noisyUser, paths }: Layout): Promise<void> {
  await addUser(user, paths.home);
  await addUser(noisyUser, paths.noisyHome);
}

/** Makes the noisy login: start-up file, banner, and a password kept in the secrets of the bed. */
export async function makeNoise({ noisyUser, paths }: Layout): Promise<void> {
  writeFileSync(join(paths.noisyHome, '.bashrc'), NOISY_BASHRC);
  writeFileSync(join(paths.etc, 'banner'), BANNER);
  const password = randomBytes(12).toString('base64url');
  writeFileSync(join(paths.secrets, 'password'), password, { mode: 0o600 });
  await must(['chpasswd'], { input: `${noisyUser}:${password}\n` });
}

/** Takes the users away; their homes go with the folder of the bed. */
export async function removeUsers({ user, noisyUser, paths }: Layout): Promise<void> {
  const users = [
    [user, paths.home],
    [noisyUser, paths.noisyHome],
  ] as const;
  for (const [name, home] of users)
    if ((await homeOf(name)) === home) await execute(['userdel', name]);
}

async function makeKey(path: string, comment: string): Promise<void> {
  if (existsSync(path)) return;
  await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', path]);
}

const publicKey = (path: string): string =>
  readFileSync(`${path}.pub`, 'utf8').trim().split(' ').slice(0, 2).join(' ');

/** Makes host and user keys, and the list of known hosts. A key more, `stranger`, is nobody's: for tests of a wrong host key. */
export async function makeKeys({ addresses, paths }: Layout): Promise<void> {
  for (const name of LOGINS) await makeKey(join(paths.secrets, `host-${name}`), name);
  for (const name of ['user-key', 'stranger']) await makeKey(join(paths.secrets, name), name);
  const lineFor = (name: (typeof LOGINS)[number], key: string) =>
    `${addresses.logins[name]} ${publicKey(join(paths.secrets, key))}\n`;
  const known = LOGINS.map((name) => lineFor(name, `host-${name}`)).join('');
  writeFileSync(join(paths.etc, 'known_hosts'), known);
  const wrong = LOGINS.map((name) => lineFor(name, 'stranger')).join('');
  writeFileSync(join(paths.etc, 'known_hosts_wrong'), wrong);
  writeFileSync(
    join(paths.etc, 'authorized_keys'),
    `${publicKey(join(paths.secrets, 'user-key'))}\n`,
  );
}

/** Fingerprint of a login host's key as OpenSSH prints it, `SHA256:...`. */
export async function fingerprintOf({ paths }: Layout, name: string): Promise<string> {
  const shown = await must(['ssh-keygen', '-l', '-f', join(paths.secrets, `host-${name}.pub`)]);
  return shown.split(' ')[1] ?? '';
}

/** Makes cluster, account, QoS and users in the accounting database, or leaves them as they are. */
export async function addAssociations(layout: Layout): Promise<void> {
  const { clusterNamespace, paths, user, noisyUser } = layout;
  const sacctmgr = (...args: readonly string[]) =>
    execute(inNamespace(clusterNamespace, 'sacctmgr', '-i', '-Q', ...args), {
      env: { SLURM_CONF: paths.slurmConf },
    });
  const calls = [
    ['add', 'cluster', CLUSTER],
    ['add', 'qos', 'tiny', `MaxSubmitJobsPerUser=${TINY_SUBMIT_LIMIT}`, 'Flags=DenyOnLimit'],
    ['add', 'account', ACCOUNT, 'Description=science', 'Organization=testbed'],
    ['add', 'account', 'other', 'Description=other', 'Organization=testbed'],
    ['add', 'user', `${user},${noisyUser}`, `Account=${ACCOUNT}`, 'QOS=normal,tiny'],
  ];
  for (const call of calls) {
    // What is there already ends with code 1 and "Nothing new added".
    const { code, stdout, stderr } = await sacctmgr(...call);
    if (code !== 0 && !/nothing new|already exist/i.test(stdout + stderr))
      throw new BedProblem(`sacctmgr ${call.join(' ')}: ${(stderr || stdout).trim()}`);
  }
}
