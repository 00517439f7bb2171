/** Asks the cluster of a bed, as its administrator and from its controller's host. */
import { ACCOUNT } from './configuration.ts';
import { type Executed, execute, must, until } from './execute.ts';
import { type Layout, NODES, type NodeName } from './layout.ts';
import { inNamespace } from './network.ts';

const CLIENT_TIMEOUT = 60_000;

const options = ({ paths }: Layout) => ({
  env: { SLURM_CONF: paths.slurmConf },
  timeout: CLIENT_TIMEOUT,
});

/** Runs a SLURM client as root in the cluster's network, whatever the link is like. */
export const ask = (layout: Layout, ...argv: readonly string[]): Promise<Executed> =>
  execute(inNamespace(layout.clusterNamespace, ...argv), options(layout));

/** The same for a client that must succeed; what it printed. */
export const tell = (layout: Layout, ...argv: readonly string[]): Promise<string> =>
  must(inNamespace(layout.clusterNamespace, ...argv), options(layout));

/** State of each node as `sinfo` names it, such as `idle`, `mixed` or `down*`. */
export async function nodeStates(layout: Layout): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await ask(layout, 'sinfo', '-h', '-N', '-p', 'long', '-o', '%N %T');
  const lines = stdout.split('\n').filter(Boolean);
  return new Map(lines.map((line) => line.trim().split(' ') as [string, string]));
}

const WORKING = /^(idle|mixed|allocated|completing)$/;

/** Waits until nodes can take jobs. */
export async function untilWorking(
  layout: Layout,
  names: readonly NodeName[] = NODES,
): Promise<void> {
  await until(`nodes ${names.join(', ')} at work`, async () => {
    const states = await nodeStates(layout);
    return names.every((name) => WORKING.test(states.get(name) ?? ''));
  });
}

/** Waits until the controller answers. */
export const untilAnswering = (layout: Layout): Promise<void> =>
  until('answer of slurmctld', async () =>
    (await ask(layout, 'scontrol', 'ping')).stdout.includes('UP'),
  );

/** Waits until the accounting daemon answers. */
export const untilAccounting = (layout: Layout): Promise<void> =>
  until(
    'answer of slurmdbd',
    async () => (await ask(layout, 'sacctmgr', '-n', 'show', 'cluster')).code === 0,
  );

/** Waits until the controller knows the accounts; until then it refuses jobs. */
export const untilAccountsKnown = (layout: Layout): Promise<void> =>
  until('accounts at slurmctld', async () => {
    const call = ['scontrol', 'show', 'assoc_mgr', `accounts=${ACCOUNT}`, 'flags=users'];
    return (await ask(layout, ...call)).stdout.includes(`UserName=${layout.user}(`);
  });

/** Ends every job and waits until none is left. */
export async function cancelAll(layout: Layout): Promise<void> {
  for (const user of [layout.user, layout.noisyUser]) await ask(layout, 'scancel', '-u', user);
  await until('end of all jobs', async () => {
    const { code, stdout } = await ask(layout, 'squeue', '-h', '-o', '%A');
    return code === 0 && stdout.trim() === '';
  });
}
