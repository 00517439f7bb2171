import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { tell } from '../../../tools/testbed/slurm/cluster.ts';
import { until } from '../../../tools/testbed/slurm/execute.ts';
import * as faults from '../../../tools/testbed/slurm/faults.ts';
import { Members, Site, WELL } from './site.ts';

// Only a hang should end a test: the machine may be busy with other things.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 });

/** Work that is done when the test says so. */
const UNTIL_GO = 'until [ -e go ]; do sleep 0.2; done';

let site: Site;

/** How a run ends in which nothing failed. */
const ALL_DONE = { code: 0, text: expect.stringContaining('succeeded') };

beforeAll(async () => {
  site = await Site.open();
});
afterEach(() => site.heal());
afterAll(() => site[Symbol.asyncDispose]());

describe('the controller', () => {
  test('dies while members run and comes back: none is lost, none runs again', async () => {
    using members = new Members(site, 12, UNTIL_GO);
    const run = members.command(['run']);
    await members.until('began', 12);
    await site.saved();

    await faults.killController(site.layout);
    members.go();
    await members.until('done', 12);
    await faults.startController(site.layout);

    expect(await run).toMatchObject(ALL_DONE);
    expect(await members.judge()).toEqual(WELL);
    expect(members.count('began')).toBe(12);
  });

  test('dies and has forgotten the jobs it took: they are submitted again, once they cannot run any more', async () => {
    using members = new Members(site, 12, 'sleep 2');
    const run = members.command(['run']);
    await members.until('began', 1);

    await faults.killController(site.layout);
    await faults.startController(site.layout);

    expect(await run).toMatchObject(ALL_DONE);
    expect(await members.judge()).toEqual(WELL);
  });

  test('answers too late to everything', async () => {
    using members = new Members(site, 12, 'sleep 1');
    const restore = faults.slowController(site.layout, { silent: 1500, awake: 500 });
    try {
      expect(await members.command(['run'])).toMatchObject(ALL_DONE);
    } finally {
      await restore();
    }

    expect(await members.judge()).toEqual(WELL);
    expect(members.count('began')).toBe(12);
  });

  test('takes a job and lets its answer come too late: it is found by its name', async () => {
    using members = new Members(site, 6, 'sleep 1');
    await faults.suspendController(site.layout);
    const run = members.command(['run']);
    await until('sbatch that waits', async () => (await waitingClients()) > 0);
    await until('sbatch that gave up', async () => (await waitingClients()) === 0);
    await faults.resumeController(site.layout);

    expect(await run).toMatchObject(ALL_DONE);
    expect(await members.judge()).toEqual(WELL);
    expect(members.count('began')).toBe(6);
  });
});

describe('a node', () => {
  test('dies with its members: they run again elsewhere, and nothing else does', async () => {
    using members = new Members(site, 12, UNTIL_GO);
    const run = members.command(['run']);
    await members.until('began', 12);
    await site.saved();

    await faults.killNode(site.layout, 'p1');
    await faults.declareFailed(site.layout, 'p1');
    members.go();
    // What SLURM starts again has to wait for two minutes.
    const isQueued = (job: string) => job.endsWith('PENDING');
    await until('queued jobs', async () => (await site.queue()).some(isQueued));
    await site.startNow();

    expect(await run).toMatchObject(ALL_DONE);
    expect(await members.judge()).toEqual(WELL);
    expect(members.count('began')).toBeGreaterThan(12);
  });

  test('dies, and SLURM does not start its jobs again: the engine does, and says why', async () => {
    using members = new Members(site, 3, UNTIL_GO, {
      task: ['options: { sbatch: { no-requeue: true } }'],
    });
    const run = members.command(['run', '--json']);
    await members.until('began', 3);
    await site.saved();

    await faults.killNode(site.layout, 'p1');
    await faults.declareFailed(site.layout, 'p1');
    members.go();

    const { code, text } = await run;
    expect(code, text).toBe(0);
    expect(text).toMatch(/node-failure.*node failed under it on p1/s);
    expect(await members.judge()).toEqual(WELL);
  });
});

describe('accounting', () => {
  test('is down: what ended and why is known all the same', async () => {
    using members = new Members(site, 6, '[ {{ n }} != 3 ] || sleep 60; sleep 1');
    await faults.stopDatabase(site.layout);
    const run = members.command(['run']);
    await members.until('done', 5);
    await cancelByHand();

    expect(await run).toMatchObject({ code: 1 });
    expect(await members.judge()).toEqual({ ...WELL, lost: [3] });
    const why = await members.command(['why', 'grow.work/n=3']);
    expect(why.text).toMatch(/cancelled/);
  });
});

describe('a limit of jobs', () => {
  test('is filled as far as it goes until all are done', async () => {
    using members = new Members(site, 12, 'sleep 1', {
      task: ['options: { sbatch: { partition: tiny } }'],
    });

    expect(await members.command(['run'])).toMatchObject(ALL_DONE);
    expect(await members.judge()).toEqual(WELL);
    expect(members.count('began')).toBe(12);
  });
});

describe('jobs of others', () => {
  /** Jobs of another partition that take the whole cluster, until the returned function ends them. */
  async function urgentJobs(): Promise<() => Promise<unknown>> {
    const options = [
      '--partition=urgent',
      '--account=science',
      '--output=/dev/null',
      '--nodes=4',
      '--exclusive',
    ];
    const user = [
      'setpriv',
      `--reuid=${site.layout.user}`,
      `--regid=${site.layout.user}`,
      '--clear-groups',
    ];
    const call = [...user, 'sbatch', '--parsable', '--chdir=/', ...options, '--wrap', 'sleep 600'];
    const id = (await tell(site.layout, ...call)).trim();
    const state = async () =>
      (await tell(site.layout, 'squeue', '-h', '-j', id, '-o', '%T')).trim();
    await until('urgent job', async () => (await state()) === 'RUNNING');
    return () => tell(site.layout, 'scancel', id);
  }

  test.each([
    ['short', /"began"|started/],
    ['long', /preempted/],
  ])('take the place of members in %s: they run again, alone', async (partition, told) => {
    using members = new Members(site, 3, UNTIL_GO, {
      task: [`options: { sbatch: { partition: ${partition} } }`],
    });
    const run = members.command(['run', '--json']);
    await members.until('began', 3);
    await site.saved();

    const end = await urgentJobs();
    await end();
    members.go();
    await site.startNow();

    const { code, text } = await run;
    expect(code, text).toBe(0);
    expect(await members.judge()).toEqual(WELL);
    expect(members.count('began')).toBeGreaterThan(3);
    expect(text).toMatch(told);
  });
});

describe('members', () => {
  const NAMES = [
    "it's",
    'say "no"',
    'two  words',
    'line\nbreak',
    '$(touch hacked)',
    '; touch hacked #',
    '-n',
    'é*?[a]',
  ];

  test('may have any names', async () => {
    using members = new Members(site, 1, 'true', {
      task: ['env: { VALUE: "{{ name }}" }'],
      work: `printf '%s' "$VALUE" > "effects/$ORCHESTRATE_JOB"`,
      matrix: `{ name: ${JSON.stringify(NAMES)} }`,
    });

    expect(await members.command(['run'])).toMatchObject(ALL_DONE);
    expect(members.written().sort()).toEqual([...NAMES].sort());
    expect(members.files().filter((file) => file.endsWith('hacked'))).toEqual([]);
  });

  test('that print a secret leave it nowhere', async () => {
    const secret = 'hunter2-"quoted" $(value)';
    using members = new Members(site, 3, 'echo "$TOKEN"; echo "$TOKEN" >&2', {
      task: ['env: { TOKEN: "${secret:TOKEN}" }'],
      environment: { ORCHESTRATE_SECRET_TOKEN: secret },
    });

    const run = await members.command(['run', '--json']);
    const logs = await members.command(['logs', 'grow.work/n=1']);

    expect(run).toMatchObject({ code: 0, text: expect.not.stringContaining('hunter2') });
    expect(logs).toMatchObject({ code: 0, text: expect.not.stringContaining('hunter2') });
    expect(members.filesWith('hunter2')).toEqual([]);
    expect(await members.judge()).toEqual(WELL);
  });

  test('that take no notice of SIGTERM are over when the run is cancelled', async () => {
    using members = new Members(site, 4, `trap '' TERM; while :; do sleep 1; done`);
    const run = members.command(['run']);
    await members.until('began', 4);

    const cancelled = await members.command(['cancel']);
    await run;

    expect(cancelled.code).toBe(0);
    await until('empty queue', async () => (await members.judge()).left.length === 0);
    expect(await members.judge()).toEqual({ ...WELL, lost: [0, 1, 2, 3] });
  });

  test('that take no notice of SIGTERM are ended at their limit of time', async () => {
    using members = new Members(site, 2, `trap '' TERM; while :; do sleep 1; done`, {
      task: ['resources: { time: 2s }'],
    });

    expect(await members.command(['run'])).toMatchObject({ code: 1 });
    expect(await members.judge()).toEqual({ ...WELL, lost: [0, 1] });
    expect((await members.command(['why', 'grow.work/n=0'])).text).toMatch(
      /timeout.*limit of 2 s/s,
    );
  });
});

/** SLURM clients on this machine that have a request under way. */
async function waitingClients(): Promise<number> {
  const { readdirSync, readFileSync } = await import('node:fs');
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'sbatch';
    } catch {
      return false;
    }
  }).length;
}

/** An administrator ends what still runs. */
const cancelByHand = (): Promise<unknown> => tell(site.layout, 'scancel', '-u', 'root');
