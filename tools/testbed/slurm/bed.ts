/**
 * Test bed of SLURM: a cluster with accounting and login hosts on one machine, from the packages of Debian.
 * `node tools/testbed/slurm/bed.ts up|down|status`; each may be called again at any time.
 */
import { existsSync, rmSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../benchmarks/measure.ts';
import { addUsers, makeKeys, makeNoise, removeUsers } from './accounts.ts';
import { nodeStates } from './cluster.ts';
import { USUAL, type Variant } from './configuration.ts';
import { bringToWork } from './control.ts';
import { killAll, start } from './daemons.ts';
import { describe, neededDaemons, readBed, runningDaemons, type SlurmBed } from './description.ts';
import { BedProblem, execute, until } from './execute.ts';
import { type Layout, LOGINS, layoutOf } from './layout.ts';
import {
  hasNamespace,
  hasNetworks,
  isPassing,
  layNetworks,
  processesIn,
  removeNetworks,
  restore,
} from './network.ts';
import { installMissing, whyNot } from './packages.ts';
import { claimFolder, furnishNode, makeFolders, writeConfiguration } from './site.ts';

const USAGE =
  'usage: node tools/testbed/slurm/bed.ts up [--accounting=yes|no] [--min-job-age=SECONDS] [--slurmd-timeout=SECONDS] | down | status';

/** The Node that the repository brings, or the one that runs this. */
function nodeBinary(): string {
  const own = join(ROOT, 'node_modules', `node-linux-${arch()}`, 'bin', 'node');
  return existsSync(own) ? own : process.execPath;
}

async function ensureNetworks(layout: Layout): Promise<void> {
  if (!(await hasNetworks(layout))) {
    await killAll(layout, await processesIn(layout.clusterNamespace));
    await removeNetworks(layout);
    await layNetworks(layout);
  }
  await restore(layout);
}

/** Makes the files of the site. Those of a bed that was up before stay: others may be using its keys. */
async function furnish(layout: Layout): Promise<void> {
  const isNew = readBed(layout) === undefined;
  if (isNew) await addUsers(layout);
  await makeFolders(layout);
  if (!isNew) return;
  await makeKeys(layout);
  await makeNoise(layout);
  await writeConfiguration(layout);
  await furnishNode(layout, nodeBinary());
}

async function untilLogin({ paths }: Layout): Promise<void> {
  const options = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=5'];
  const call = ['ssh', '-F', join(paths.etc, 'ssh_config'), ...options];
  for (const name of LOGINS)
    await until(
      `login on ${name}`,
      async () => (await execute([...call, name, 'true'])).code === 0,
    );
}

/** Brings a bed up, or what of it is down. Variants not named stay as they are. */
export async function raise(
  layout: Layout,
  changes: Partial<Variant> = {},
): Promise<SlurmBed | { readonly reason: string }> {
  const reason = await installMissing();
  if (reason !== undefined) return { reason };
  try {
    const variant = { ...USUAL, ...readBed(layout)?.variant, ...changes };
    claimFolder(layout);
    await ensureNetworks(layout);
    await furnish(layout);
    await bringToWork(layout, variant);
    for (const name of LOGINS) await start(layout, name);
    await untilLogin(layout);
    return await describe(layout, variant);
  } catch (error) {
    if (error instanceof BedProblem) return { reason: error.message };
    throw error;
  }
}

/** Takes a bed down with everything it kept, its users too; installed packages stay. */
export async function raze(layout: Layout): Promise<void> {
  if (whyNot() !== undefined || !existsSync('/sbin/ip')) return;
  // A server may be starting others while it is looked for.
  await until('end of all processes', async () => {
    const pids = await processesIn(layout.clusterNamespace);
    await killAll(layout, pids);
    return pids.length === 0;
  });
  await removeNetworks(layout);
  const { folder, paths } = layout;
  if (existsSync(paths.smallScratch)) await execute(['umount', '--lazy', paths.smallScratch]);
  await removeUsers(layout);
  if (existsSync(paths.mark)) rmSync(folder, { recursive: true, force: true });
}

/** Brings the bed up that the environment names. The environment to use it with, or why it could not. */
export async function bringUp(): Promise<
  Readonly<Record<string, string>> | { readonly reason: string }
> {
  const bed = await raise(layoutOf());
  return 'reason' in bed ? bed : { ORCHESTRATE_TESTBED_SLURM: bed.folder };
}

/** Takes that bed down. */
export const bringDown = (): Promise<void> => raze(layoutOf());

/** Whether every server is there that the bed needs; prints what is and what is not. */
async function reportStatus(layout: Layout): Promise<boolean> {
  const bed = readBed(layout);
  const reason = whyNot();
  if (bed === undefined || reason !== undefined || !(await hasNamespace(layout.clusterNamespace))) {
    console.log(`slurm: down${reason === undefined ? '' : ` (${reason})`}`);
    return false;
  }
  const running = await runningDaemons(layout);
  const missing = neededDaemons(bed.variant).filter((name) => running[name] === undefined);
  console.log(`slurm: ${missing.length === 0 ? 'up' : `without ${missing.join(', ')}`}`);
  console.log(`description: ${layout.paths.bed}`);
  console.log(`link: ${(await isPassing(layout)) ? 'there' : 'cut'}`);
  for (const [name, pid] of Object.entries(running)) console.log(`${name}: process ${pid}`);
  for (const [name, state] of await nodeStates(layout)) console.log(`node ${name}: ${state}`);
  return missing.length === 0;
}

/** The variant that the command line asks for, or `undefined` when it cannot be understood. */
function readChanges(args: readonly string[]): Partial<Variant> | undefined {
  const text = { type: 'string' } as const;
  const options = { accounting: text, 'min-job-age': text, 'slurmd-timeout': text };
  // What is not known has no value here, and counts as something that cannot be understood.
  const { values, positionals } = parseArgs({ args: [...args], options, strict: false });
  const unknown = Object.keys(values).filter((name) => !(name in options));
  const { accounting, 'min-job-age': age, 'slurmd-timeout': timeout } = values;
  const isWrong = [age, timeout].some(
    (value) => value !== undefined && !/^[1-9]\d*$/.test(String(value)),
  );
  if (unknown.length + positionals.length > 0 || isWrong) return undefined;
  if (accounting !== undefined && !['yes', 'no'].includes(String(accounting))) return undefined;
  return {
    ...(accounting === undefined ? {} : { accounting: accounting === 'yes' }),
    ...(age === undefined ? {} : { minJobAge: Number(age) }),
    ...(timeout === undefined ? {} : { slurmdTimeout: Number(timeout) }),
  };
}

async function up(layout: Layout, args: readonly string[]): Promise<number> {
  const changes = readChanges(args);
  if (changes === undefined) {
    console.error(USAGE);
    return 2;
  }
  const bed = await raise(layout, changes);
  if ('reason' in bed) {
    console.log(`did not run: slurm (${bed.reason})`);
    return 1;
  }
  console.log(JSON.stringify(bed, undefined, 2));
  return 0;
}

async function act(verb: string | undefined, args: readonly string[]): Promise<number> {
  const layout = layoutOf();
  if (verb === 'up') return up(layout, args);
  if (verb === 'status') return (await reportStatus(layout)) ? 0 : 1;
  if (verb === 'down') {
    await raze(layout);
    return 0;
  }
  console.error(USAGE);
  return 2;
}

if (import.meta.main) process.exitCode = await act(process.argv[2], process.argv.slice(3));
