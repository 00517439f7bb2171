/**
 * Faults for tests: what breaks between a laptop and a cluster, made to happen and undone. Every function takes the
 * {@link Layout} of the bed (`layoutOf()`), waits until what it did is so, and may be called when it is so already.
 */
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ask, cancelAll, nodeStates, tell, untilWorking } from './cluster.ts';
import { USUAL, type Variant } from './configuration.ts';
import { bringToWork, startAccounting, startControllerAlone } from './control.ts';
import { familyOf, killAll, pidOf, signal, start, stop } from './daemons.ts';
import { describe, readBed } from './description.ts';
import { until } from './execute.ts';
import type { Layout, LoginName, NodeName } from './layout.ts';
import { cut, isPassing, restore } from './network.ts';

const variantOf = (layout: Layout): Variant => readBed(layout)?.variant ?? USUAL;

/** The link to the login hosts goes silent: packets vanish in both directions, nothing is refused. */
export const cutLink = (layout: Layout): Promise<void> => cut(layout);

/** The link is there again. */
export const restoreLink = (layout: Layout): Promise<void> => restore(layout);

/** Whether packets pass. */
export const isLinkThere = (layout: Layout): Promise<boolean> => isPassing(layout);

/** A login host dies with all sessions on it; connections to it are refused from then on. */
export async function killLogin(layout: Layout, name: LoginName = 'login1'): Promise<void> {
  await killAll(layout, await familyOf(layout, name));
}

/** A login host takes logins again. */
export const startLogin = (layout: Layout, name: LoginName = 'login1'): Promise<void> =>
  start(layout, name);

/** sshd of a login host is stopped with all its sessions and started again. */
export async function restartSshd(layout: Layout, name: LoginName = 'login1'): Promise<void> {
  await killLogin(layout, name);
  await startLogin(layout, name);
}

/**
 * Resolves when slurmctld has written down what it knows now. Jobs that it took or started less than about five seconds before
 * it dies are otherwise lost, or pending again while they run.
 */
export async function untilSaved(layout: Layout): Promise<void> {
  const file = join(layout.paths.state, 'controller', 'job_state');
  const now = Date.now();
  // It writes when something has changed, and only then.
  const call = ['sbatch', '--parsable', '--hold', '--chdir=/', '--output=/dev/null', '--wrap=true'];
  const id = (await tell(layout, ...call)).trim();
  await tell(layout, 'scancel', id);
  await until('saved state of slurmctld', async () => savedAt(file) >= now, 30);
}

const savedAt = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** slurmctld dies: SLURM clients cannot reach the controller, jobs go on. What it had not saved it has forgotten. */
export const killController = (layout: Layout): Promise<void> => stop(layout, 'slurmctld');

/** slurmctld starts again with the jobs it knew; resolves when it answers. */
export const startController = (layout: Layout): Promise<void> =>
  startControllerAlone(layout, variantOf(layout));

/** slurmctld goes silent: it accepts connections and answers nothing. */
export const suspendController = (layout: Layout): Promise<void> =>
  signal(layout, 'slurmctld', 'SIGSTOP');

/** slurmctld answers again, first what it was asked in the meantime. */
export const resumeController = (layout: Layout): Promise<void> =>
  signal(layout, 'slurmctld', 'SIGCONT');

/** How slow a controller is. */
export interface Slowness {
  /** Milliseconds of silence. */
  readonly silent: number;
  /** Milliseconds of work between two silences. */
  readonly awake: number;
}

/** slurmctld works in short spells only, until the returned function is called, which resolves when it works as before. */
export function slowController(
  layout: Layout,
  { silent, awake }: Slowness = { silent: 2000, awake: 100 },
): () => Promise<void> {
  const ended = new AbortController();
  const rest = (time: number) => pause(time, undefined, { signal: ended.signal });
  const spells = async () => {
    while (!ended.signal.aborted) {
      await suspendController(layout);
      await rest(silent);
      await resumeController(layout);
      await rest(awake);
    }
  };
  const done = spells().catch((error: unknown) => {
    if (!ended.signal.aborted) throw error;
  });
  return async () => {
    ended.abort();
    await done;
    await resumeController(layout);
  };
}

/** A compute node dies, with slurmd and every process of its jobs. The controller notices after the variant's `slurmdTimeout`. */
export async function killNode(layout: Layout, name: NodeName): Promise<void> {
  await killAll(layout, await familyOf(layout, name));
}

/** Resolves when the controller holds a node for failed. Not before `slurmdTimeout` has passed, unless it is told so. */
export async function untilNodeFailed(layout: Layout, name: NodeName): Promise<void> {
  await until(
    `failure of ${name}`,
    async () => (await nodeStates(layout)).get(name)?.startsWith('down') === true,
    variantOf(layout).slurmdTimeout * 3 + 60,
  );
}

/** The administrator declares a node failed: its jobs end with NODE_FAIL, or are queued again, at once. */
export async function declareFailed(layout: Layout, name: NodeName): Promise<void> {
  await tell(layout, 'scontrol', 'update', `NodeName=${name}`, 'State=DOWN', 'Reason=test');
}

/** A compute node is back, and takes jobs when this resolves. */
export async function startNode(layout: Layout, name: NodeName): Promise<void> {
  const wasRunning = (await pidOf(layout, name)) !== undefined;
  await start(layout, name);
  const state = (await nodeStates(layout)).get(name) ?? '';
  if (wasRunning && state.startsWith('down'))
    await tell(layout, 'scontrol', 'update', `NodeName=${name}`, 'State=RESUME');
  await untilWorking(layout, [name]);
}

/** slurmdbd and its database die: `sacct` fails, the controller goes on and keeps what it cannot write. */
export async function stopDatabase(layout: Layout): Promise<void> {
  await stop(layout, 'slurmdbd');
  await stop(layout, 'mariadbd');
}

/** slurmdbd is back, and answers when this resolves. */
export const startDatabase = (layout: Layout): Promise<void> => startAccounting(layout);

const fillerIn = ({ paths }: Layout): string => join(paths.smallScratch, '.filler');
const BLOCK = Buffer.alloc(1024 * 1024);

/** The file system `smallScratch` is full. */
export function fillDisk(layout: Layout): void {
  for (const size of [BLOCK.length, 4096]) {
    try {
      for (;;) writeFileSync(fillerIn(layout), BLOCK.subarray(0, size), { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}

/** `smallScratch` has its space back, apart from what tests have put there. */
export function emptyDisk(layout: Layout): void {
  rmSync(fillerIn(layout), { force: true });
}

/** Requests to the controller since it was last reset, as `sdiag` counts them. */
export interface RpcCounts {
  /** By name of the request, such as `REQUEST_JOB_INFO`. */
  readonly byRequest: Readonly<Record<string, number>>;
  /** By name of the user who sent them; those of the bed's own checks and of the nodes are root's. */
  readonly byUser: Readonly<Record<string, number>>;
}

function countsIn(section: string): Record<string, number> {
  const lines = [...section.matchAll(/^\s*(\S+?)\s*\(\s*\d+\)\s+count:(\d+)/gm)];
  return Object.fromEntries(lines.map(([, name = '', count]) => [name, Number(count)]));
}

/** Reads the counters of the controller. */
export async function readRpcCounts(layout: Layout): Promise<RpcCounts> {
  const shown = await tell(layout, 'sdiag');
  const [, requests = '', users = ''] = shown.split(/^Remote Procedure Call statistics by .*$/m);
  return { byRequest: countsIn(requests), byUser: countsIn(users) };
}

/** Sets the counters of the controller to nothing. */
export async function resetRpcCounts(layout: Layout): Promise<void> {
  await tell(layout, 'sdiag', '--reset');
}

/** Gives the cluster another variant, such as none with accounting. When that is a change, every job is ended. */
export async function useVariant(layout: Layout, changes: Partial<Variant>): Promise<void> {
  const variant = { ...variantOf(layout), ...changes };
  await bringToWork(layout, variant);
  await describe(layout, variant);
}

/** Job numbers, array tasks each for itself, of everything that is queued or runs. */
export async function queuedJobs(layout: Layout): Promise<readonly string[]> {
  const { stdout } = await ask(layout, 'squeue', '-h', '-r', '-o', '%i');
  return stdout.split('\n').filter(Boolean);
}

/** Undoes every fault and ends every job: what a test should leave behind. */
export async function heal(layout: Layout): Promise<void> {
  await restoreLink(layout);
  emptyDisk(layout);
  if ((await pidOf(layout, 'slurmctld')) !== undefined) await resumeController(layout);
  await bringToWork(layout, variantOf(layout));
  for (const name of ['login1', 'login2', 'login3'] as const) await startLogin(layout, name);
  await cancelAll(layout);
}
