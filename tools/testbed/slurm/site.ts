/** The files of a bed: folders, configuration, what the site offers and what it lacks. */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  databaseSocket,
  hostsFile,
  slurmConf,
  slurmdbdConf,
  sshConfig,
  sshdConfig,
  type Variant,
} from './configuration.ts';
import { BedProblem, execute, must } from './execute.ts';
import { type Layout, LOGINS, NODES } from './layout.ts';

const SMALL_SCRATCH = '30m';
const MUNGE_KEY_BYTES = 128;

function ensureFolder(path: string, mode: number): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, mode);
}

/**
 * Makes the bed's own folder, or takes up one that is a bed. It will be removed with all that is in it, and others may write
 * beside it, so nothing that somebody else put there will do.
 */
export function claimFolder({ folder, paths }: Layout): void {
  mkdirSync(folder, { recursive: true });
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== 0)
    throw new BedProblem(`${folder} is not a folder of root: name another one`);
  if (!existsSync(paths.mark) && readdirSync(folder).length > 0)
    throw new BedProblem(`${folder} has files that are not of a bed: name another folder`);
  writeFileSync(paths.mark, '');
  chmodSync(folder, 0o755);
}

/** Makes the folders, with the users that write into them. */
export async function makeFolders({ paths, user }: Layout): Promise<void> {
  for (const path of [paths.etc, paths.run, paths.log, paths.state, paths.munge])
    ensureFolder(path, 0o755);
  for (const path of [paths.secrets, join(paths.state, 'controller')]) ensureFolder(path, 0o700);
  for (const name of NODES) ensureFolder(join(paths.state, 'spool', name), 0o755);
  ensureFolder(paths.scratch, 0o755);
  ensureFolder(paths.smallScratch, 0o755);
  // sshd wants this empty folder and makes none.
  mkdirSync('/run/sshd', { recursive: true });
  const { stdout } = await execute(['findmnt', '-n', '-o', 'FSTYPE', paths.smallScratch]);
  if (stdout.trim() !== 'tmpfs') {
    const size = `size=${SMALL_SCRATCH},mode=755`;
    await must(['mount', '-t', 'tmpfs', '-o', size, 'small-scratch', paths.smallScratch]);
  }
  await must(['chown', `${user}:`, paths.scratch, paths.smallScratch]);
  await must(['chown', 'munge:', paths.munge]);
}

/** Whether slurm.conf is there and as a variant wants it. */
export function hasSlurmConf(layout: Layout, variant: Variant): boolean {
  const { slurmConf: path } = layout.paths;
  return existsSync(path) && readFileSync(path, 'utf8') === slurmConf(layout, variant);
}

/** Writes slurm.conf for a variant. */
export function writeSlurmConf(layout: Layout, variant: Variant): void {
  writeFileSync(layout.paths.slurmConf, slurmConf(layout, variant));
}

function databasePassword({ paths }: Layout): string {
  const path = join(paths.secrets, 'database');
  if (!existsSync(path)) writeFileSync(path, randomBytes(12).toString('hex'), { mode: 0o600 });
  return readFileSync(path, 'utf8');
}

/** Writes the configuration files that are the same for every variant, and the key of munge. */
export async function writeConfiguration(layout: Layout): Promise<void> {
  const { paths } = layout;
  const dbd = join(paths.etc, 'slurmdbd.conf');
  writeFileSync(dbd, slurmdbdConf(layout, databasePassword(layout)), { mode: 0o600 });
  writeFileSync(join(paths.etc, 'hosts'), hostsFile(layout));
  writeFileSync(join(paths.etc, 'ssh_config'), sshConfig(layout));
  for (const name of LOGINS)
    writeFileSync(join(paths.etc, `sshd-${name}`), sshdConfig(layout, name));
  const key = join(paths.munge, 'key');
  if (!existsSync(key)) writeFileSync(key, randomBytes(MUNGE_KEY_BYTES), { mode: 0o400 });
  await must(['chown', 'munge:', key]);
}

/** Puts Node 24 where the site would keep software, and hides the Node of this machine from the site. */
export async function furnishNode({ paths }: Layout, binary: string): Promise<void> {
  const target = join(paths.node, 'bin', 'node');
  mkdirSync(join(paths.node, 'bin'), { recursive: true });
  if (!existsSync(target) || statSync(target).size !== statSync(binary).size)
    copyFileSync(binary, target, constants.COPYFILE_FICLONE);
  chmodSync(target, 0o755);
  mkdirSync(paths.absent, { recursive: true });
  for (const name of ['node', 'nodejs', 'npm', 'npx', 'corepack']) {
    const whiteout = join(paths.absent, name);
    // A character device 0:0 in an upper layer says that the file is not there.
    if (!existsSync(whiteout)) await must(['mknod', whiteout, 'c', '0', '0']);
  }
}

/** Makes an empty database; it starts afterwards. */
export async function makeDatabase({ paths }: Layout): Promise<void> {
  if (existsSync(join(paths.database, 'mysql'))) return;
  ensureFolder(paths.database, 0o755);
  const rights = ['--auth-root-authentication-method=normal', '--skip-test-db'];
  const where = ['--no-defaults', '--user=mysql', `--datadir=${paths.database}`];
  await must(['mariadb-install-db', ...where, ...rights]);
}

/** Makes the accounting database and its user, once the server is there. */
export async function grantDatabase(layout: Layout): Promise<void> {
  const user = "slurm@'127.0.0.1'";
  const statements = [
    'create database if not exists slurm_acct_db',
    `create or replace user ${user} identified by '${databasePassword(layout)}'`,
    `grant all on slurm_acct_db.* to ${user}`,
  ];
  const call = ['mariadb', '--no-defaults', '-S', databaseSocket(layout)];
  await must(call, { input: `${statements.join(';\n')};\n` });
}
