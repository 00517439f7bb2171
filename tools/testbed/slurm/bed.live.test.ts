import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { raise, raze } from './bed.ts';
import { untilWorking } from './cluster.ts';
import type { SlurmBed } from './description.ts';
import { readBed } from './description.ts';
import { type Executed, execute, until } from './execute.ts';
import * as faults from './faults.ts';
import { type LoginName, layoutOf } from './layout.ts';
import { hasNamespace, processesIn } from './network.ts';

// Only a hang should end a test: the machine may be busy with other things.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

/** A bed of its own, beside whatever bed is up for others. */
const layout = layoutOf(join(tmpdir(), 'orchestrate-testbed-slurm-trial'));
let bed: SlurmBed;

beforeAll(async () => {
  await raze(layout);
  const raised = await raise(layout);
  if ('reason' in raised) throw new Error(`did not run: slurm (${raised.reason})`);
  bed = raised;
});

afterEach(async () => {
  if (readBed(layout) !== undefined) await faults.heal(layout);
});

afterAll(() => raze(layout));

/** Runs a shell command on a login host as the user. */
function ssh(command: string, login: LoginName = 'login1', seconds = 20): Promise<Executed> {
  const options = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=120'];
  const call = ['ssh', '-F', bed.sshConfig, ...options, login, command];
  return execute(call, { timeout: seconds * 1000 });
}

async function submit(options: string, script: string): Promise<string> {
  const { code, stdout, stderr } = await ssh(`sbatch --parsable ${options} --wrap '${script}'`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trim();
}

const stateOf = async (job: string): Promise<string> =>
  (await ssh(`squeue -h -t all -j ${job} -o %T`)).stdout.trim();

const untilState = (job: string, wanted: string): Promise<void> =>
  until(`job ${job} ${wanted}`, async () => (await stateOf(job)) === wanted);

/** States of the tasks of a job in the accounts. */
async function accounted(job: string): Promise<readonly string[]> {
  const { stdout } = await ssh(`sacct -n -X -P -j ${job} -o JobID,State,ExitCode`);
  return stdout.split('\n').filter(Boolean);
}

describe('a cluster with login hosts', () => {
  test('up again changes nothing', async () => {
    const again = await raise(layout);
    expect(again).toEqual(bed);
  });

  test('runs an array for a user who came by ssh, and accounts for every task', async () => {
    const job = await submit('--array=0-19 -o /dev/null', 'test $SLURM_ARRAY_TASK_ID -ne 7');
    await until('end of the array', async () => (await faults.queuedJobs(layout)).length === 0);
    const ended = (task: number) =>
      task === 7 ? `${job}_7|FAILED|1:0` : `${job}_${task}|COMPLETED|0:0`;
    const wanted = Array.from({ length: 20 }, (_, task) => ended(task)).sort();
    await until(
      'accounts',
      async () => [...(await accounted(job))].sort().join() === wanted.join(),
    );
  });

  test('has no Node of its own, and one in its software folder', async () => {
    expect((await ssh('command -v node')).code).not.toBe(0);
    expect((await ssh(`${bed.node}/bin/node --version`)).stdout).toMatch(/^v24\./);
    const job = await submit(
      `-o ${bed.scratch}/node.out`,
      'hostname; command -v node || echo none',
    );
    await untilState(job, 'COMPLETED');
    expect(readFileSync(join(bed.scratch, 'node.out'), 'utf8')).toMatch(/^p[1-4]\nnone\n$/);
  });

  test('takes jobs from SLURM clients of this machine', async () => {
    const env = { SLURM_CONF: bed.slurm.conf };
    const who = [`--reuid=${bed.user}`, `--regid=${bed.user}`, '--clear-groups'];
    const call = ['setpriv', ...who, 'sbatch', '--wait', '-o', '/dev/null', '--wrap', 'exit 3'];
    expect((await execute(call, { env })).code).toBe(3);
  });

  test('refuses a sixth job in tiny, and an account that is not the user’s', async () => {
    await submit('-p tiny --array=1-5 -o /dev/null', 'sleep 60');
    const sixth = await ssh('sbatch -p tiny --wrap true');
    expect(sixth.stderr).toContain('QOSMaxSubmitJobPerUserLimit');
    const foreign = await ssh(`sbatch -A ${bed.slurm.foreignAccount} --wrap true`);
    expect(foreign.stderr).toContain('Invalid account');
  });

  test('preempts: a job in short is queued again, one in long is ended', async () => {
    const options = '--exclusive -w p1 -o /dev/null';
    const [short, long] = [
      await submit(`-p short ${options}`, 'sleep 300'),
      await submit('-p long --exclusive -w p2 -o /dev/null', 'sleep 300'),
    ];
    await untilState(short, 'RUNNING');
    await untilState(long, 'RUNNING');
    const urgent = await submit('-p urgent --exclusive -N 2 -w p1,p2 -o /dev/null', 'sleep 60');
    await untilState(urgent, 'RUNNING');
    expect(await stateOf(short)).toBe('PENDING');
    expect(await stateOf(long)).toBe('PREEMPTED');
  });

  test('greets on the third login host with noise around every answer', async () => {
    const { stdout, stderr } = await ssh('echo answer', 'login3');
    expect(stdout).toMatch(/^Welcome[\s\S]+answer\n$/);
    expect(stderr).toContain('Authorised users only');
  });

  test('has host keys that a wrong list of known hosts does not match', async () => {
    const known = `UserKnownHostsFile=${bed.logins[0]?.wrongKnownHosts}`;
    const call = ['ssh', '-F', bed.sshConfig, '-o', known, '-o', 'BatchMode=yes', 'login1', 'true'];
    const { code, stderr } = await execute(call);
    expect(code).toBe(255);
    expect(stderr).toContain('REMOTE HOST IDENTIFICATION HAS CHANGED');
  });
});

describe('faults', () => {
  test('a cut link lets ssh hang, and restored it goes on with the same connection', async () => {
    const open = ssh('echo early; sleep 4; echo late');
    await faults.cutLink(layout);
    expect(await faults.isLinkThere(layout)).toBe(false);
    expect((await ssh('true', 'login1', 3)).code).toBe(128);
    await faults.restoreLink(layout);
    expect((await open).stdout).toBe('early\nlate\n');
    expect((await ssh('echo back')).stdout).toBe('back\n');
  });

  test('a dead login host refuses, the second one goes on', async () => {
    const session = ssh('sleep 60', 'login1', 60);
    await until('session', async () => (await ssh('pgrep -x sleep')).code === 0);
    await faults.killLogin(layout);
    expect((await session).code).toBe(255);
    expect((await ssh('true')).stderr).toContain('Connection refused');
    expect((await ssh('hostname', 'login2')).stdout).toBe('login2\n');
    await faults.startLogin(layout);
    await until('login', async () => (await ssh('true')).code === 0);
    const next = ssh('sleep 60', 'login1', 60);
    await until('session', async () => (await ssh('pgrep -x sleep')).code === 0);
    await faults.restartSshd(layout);
    expect((await next).code).toBe(255);
    await until('login', async () => (await ssh('true')).code === 0);
  });

  test('a controller that died is back with its jobs', async () => {
    const job = await submit('-o /dev/null', 'sleep 60');
    await untilState(job, 'RUNNING');
    await faults.untilSaved(layout);
    await faults.killController(layout);
    expect((await ssh('squeue')).stderr).toContain('Unable to contact slurm controller');
    await faults.startController(layout);
    expect(await stateOf(job)).toBe('RUNNING');
  });

  test('a suspended controller answers late, not never', async () => {
    await faults.suspendController(layout);
    const late = ssh('squeue -h');
    expect((await ssh('squeue -h', 'login1', 2)).code).toBe(128);
    await faults.resumeController(layout);
    expect((await late).code).toBe(0);
    const end = faults.slowController(layout, { silent: 500, awake: 50 });
    expect((await ssh('squeue -h')).code).toBe(0);
    await end();
  });

  test('a node that died fails its job, and takes jobs when it is back', async () => {
    const job = await submit('--no-requeue -w p3 -o /dev/null', 'sleep 300');
    await untilState(job, 'RUNNING');
    await faults.killNode(layout, 'p3');
    await faults.declareFailed(layout, 'p3');
    await faults.untilNodeFailed(layout, 'p3');
    await untilState(job, 'NODE_FAIL');
    await faults.startNode(layout, 'p3');
    const next = await submit('-w p3 -o /dev/null', 'true');
    await untilState(next, 'COMPLETED');
  });

  test('jobs run while the database is down, and are in the accounts afterwards', async () => {
    await faults.stopDatabase(layout);
    expect((await ssh('sacct')).code).not.toBe(0);
    const job = await submit('-o /dev/null', 'true');
    await untilState(job, 'COMPLETED');
    await faults.startDatabase(layout);
    await until('accounts', async () => (await accounted(job)).join() === `${job}|COMPLETED|0:0`);
  });

  test('a small file system is full until it is emptied', async () => {
    const write = `dd if=/dev/zero of=${bed.smallScratch}/file bs=64k count=1`;
    faults.fillDisk(layout);
    expect((await ssh(write)).stderr).toContain('No space left on device');
    expect(statfsSync(bed.smallScratch).bavail).toBe(0);
    faults.emptyDisk(layout);
    expect((await ssh(write)).code).toBe(0);
  });

  test('requests to the controller are counted by user', async () => {
    await faults.resetRpcCounts(layout);
    for (let call = 0; call < 3; call += 1) await ssh('squeue -h');
    const { byUser, byRequest } = await faults.readRpcCounts(layout);
    expect(byUser[bed.user]).toBeGreaterThanOrEqual(3);
    expect(byRequest['REQUEST_JOB_INFO']).toBeGreaterThanOrEqual(3);
  });

  test('without accounting jobs run, sacct says nothing and finished jobs are forgotten', async () => {
    await faults.useVariant(layout, { accounting: false, minJobAge: 2 });
    const job = await submit('-o /dev/null', 'true');
    expect((await ssh('sacct')).stderr).toContain('accounting storage is disabled');
    await until('forgetting', async () =>
      (await ssh(`squeue -h -t all -j ${job}`)).stderr.includes('Invalid job id'),
    );
    await faults.useVariant(layout, { accounting: true, minJobAge: 300 });
    const next = await submit('-o /dev/null', 'true');
    expect(Number(next)).toBeGreaterThan(Number(job));
    await until('accounts', async () => (await accounted(next)).join() === `${next}|COMPLETED|0:0`);
  });
});

test('down leaves no process, namespace, interface, user or file', async () => {
  const job = await submit('-o /dev/null', 'trap "" TERM; sleep 300');
  await untilState(job, 'RUNNING');
  await untilWorking(layout);
  const { clusterNamespace, wireNamespace, interfaces, user } = layout;
  const pids = await processesIn(clusterNamespace);
  expect(pids.length).toBeGreaterThan(11);
  await raze(layout);
  // What was killed may wait for its parent to notice.
  await until('end of all processes', async () => !pids.some(isAlive), 10);
  expect(await hasNamespace(clusterNamespace)).toBe(false);
  expect(await hasNamespace(wireNamespace)).toBe(false);
  expect(Object.values(interfaces).filter((name) => existsSync(`/sys/class/net/${name}`))).toEqual(
    [],
  );
  expect((await execute(['getent', 'passwd', user])).code).not.toBe(0);
  expect(existsSync(layout.folder)).toBe(false);
  expect(readFileSync('/proc/mounts', 'utf8')).not.toContain(layout.folder);
});

/** Whether a process is there and not dead already. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
