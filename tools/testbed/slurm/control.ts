/** Brings the servers of the cluster to work, in the variant that is wanted. */
import { existsSync } from 'node:fs';
import { addAssociations } from './accounts.ts';
import {
  cancelAll,
  untilAccounting,
  untilAccountsKnown,
  untilAnswering,
  untilWorking,
} from './cluster.ts';
import { databaseSocket, mungeSocket, type Variant } from './configuration.ts';
import { pidOf, start, stop } from './daemons.ts';
import { execute, until } from './execute.ts';
import { type Layout, NODES } from './layout.ts';
import { grantDatabase, hasSlurmConf, makeDatabase, writeSlurmConf } from './site.ts';

/** Starts the database and its daemon, with the accounts in it, as far as they are not there. */
export async function startAccounting(layout: Layout): Promise<void> {
  await makeDatabase(layout);
  await start(layout, 'mariadbd');
  const ping = ['mariadb-admin', '--no-defaults', '-S', databaseSocket(layout), 'ping'];
  await until('answer of mariadbd', async () => (await execute(ping)).code === 0);
  await grantDatabase(layout);
  await start(layout, 'slurmdbd');
  await untilAccounting(layout);
  await addAssociations(layout);
}

/** Starts the controller and waits until it takes jobs. */
export async function startControllerAlone(layout: Layout, variant: Variant): Promise<void> {
  await start(layout, 'slurmctld');
  await untilAnswering(layout);
  if (variant.accounting) await untilAccountsKnown(layout);
}

async function clearFor(layout: Layout, variant: Variant): Promise<void> {
  if (hasSlurmConf(layout, variant)) return;
  if ((await pidOf(layout, 'slurmctld')) !== undefined) await cancelAll(layout);
  for (const name of [...NODES, 'slurmctld'] as const) await stop(layout, name, 'SIGTERM');
  writeSlurmConf(layout, variant);
}

/**
 * Has every server of the cluster at work in a variant. When that is another one than before, all jobs are ended and the
 * controller and its nodes start anew; the numbers of jobs go on.
 */
export async function bringToWork(layout: Layout, variant: Variant): Promise<void> {
  await start(layout, 'munged');
  await until('socket of munged', async () => existsSync(mungeSocket(layout)), 10);
  await clearFor(layout, variant);
  if (variant.accounting) await startAccounting(layout);
  await start(layout, 'slurmctld');
  for (const name of NODES) await start(layout, name);
  await startControllerAlone(layout, variant);
  await untilWorking(layout);
}
