import { type ChildProcess, spawn, spawnSync } from 'node:child_process';

/** How a command ended: with this code (`undefined` when a signal ended it), or not within its time. */
export type Ended = { readonly code: number | undefined } | 'took too long';

/** Time for a command to put its things away once it was asked to stop. */
const GRACE_MS = 15_000;

/**
 * Runs a command whose output is ours, and ends it with everything it has started when it takes longer than `minutes`: one
 * level that hangs must not keep the others, and the sums, from being told. What hung is printed first.
 */
export async function runLimited(
  [program, ...args]: readonly [string, ...string[]],
  where: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
  minutes: number,
  grace = GRACE_MS,
): Promise<Ended> {
  // A group of its own, so that all of it can be ended at once.
  const child = spawn(program, args, {
    ...where,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  const stop = forwardSignals(child);
  const ended = new Promise<Ended>((resolve) => {
    child.once('error', () => resolve({ code: undefined }));
    child.once('exit', (code) => resolve({ code: code ?? undefined }));
  });
  const late = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => late.resolve('late'), minutes * 60_000);
  try {
    const first = await Promise.race([ended, late.promise]);
    if (first !== 'late') return first;
    console.log(`\nlive: ${[program, ...args].join(' ')} took more than ${minutes} minutes:`);
    const family = familyOf(child);
    for (const { row } of family) console.log(`  ${row.slice(0, 200)}`);
    signal(child, 'SIGTERM');
    const kill = setTimeout(() => signal(child, 'SIGKILL'), grace);
    await ended;
    clearTimeout(kill);
    // Those it had started may have stayed, and would hold our output open.
    signal(child, 'SIGKILL');
    for (const { pid } of family) end(pid, 'SIGKILL');
    return 'took too long';
  } finally {
    clearTimeout(timer);
    stop();
  }
}

function end(id: number, name: NodeJS.Signals): void {
  try {
    process.kill(id, name);
  } catch {
    // It is gone.
  }
}

/** Sends a signal to all of the child's group. */
function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid !== undefined) end(-pid, name);
}

/** What a person sends from the keyboard reaches only our own group. */
function forwardSignals(child: ChildProcess): () => void {
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const handlers = names.map((name) => {
    const handle = () => {
      signal(child, name);
      process.exitCode = 1;
    };
    process.once(name, handle);
    return () => process.off(name, handle);
  });
  return () => {
    for (const off of handlers) off();
  };
}

/** The processes of a group and those it started elsewhere: what the last of them is doing is where it hangs. */
function familyOf({ pid: first }: ChildProcess): readonly { pid: number; row: string }[] {
  const columns = 'pid,ppid,pgid,etime,stat,args';
  const { stdout } = spawnSync('ps', ['-eo', columns], { encoding: 'utf8' });
  const ids = new Set([first]);
  const family: { pid: number; row: string }[] = [];
  for (const row of (stdout ?? '').split('\n').slice(1)) {
    const [pid = 0, parent, group] = row.trim().split(/\s+/).map(Number);
    if (pid === 0 || !(ids.has(parent) || group === first)) continue;
    ids.add(pid);
    family.push({ pid, row });
  }
  return family;
}
