import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobSpec, JobStatus } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { containers, IMAGE, leavesNoContainer, openWithPodman, podman } from './container-place.ts';
import { ended, job, key, sh, until } from './jobs.ts';
import { killLeader, startLeader } from './leader-process.ts';
import { linesOf, newPlace } from './place.ts';

leavesNoContainer();

const MEBIBYTE = 2 ** 20;

/** A job in the image of the bed. */
function boxed(
  place: string,
  number: number,
  work: JobSpec['work'],
  more: Partial<JobSpec> = {},
): JobSpec {
  return job(place, number, work, { image: IMAGE, ...more });
}

async function run(place: string, spec: JobSpec, options: object = {}): Promise<JobStatus> {
  await using backend = openWithPodman(place, options);
  const [outcome] = await backend.submit([spec]);
  expect(outcome).toEqual({ key: spec.key, outcome: 'accepted' });
  const [status] = await ended(backend, [spec.key]);
  if (status === undefined) throw new Error('no status');
  return status;
}

/** Once the job has printed something, and so runs in its container. */
function speaks(spec: JobSpec): Promise<string> {
  return until(`${spec.key} to print something`, () => linesOf(spec.logPath)[0]);
}

describe('what a job in a container finds', () => {
  it('is its image, not this machine', async () => {
    const place = newPlace();

    await run(place, boxed(place, 1, sh('echo "$FROM_IMAGE"; ls / 2>&1; busybox ls /')));

    const lines = linesOf(join(place, '1.log'));
    expect(lines[0]).toBe('yes');
    expect(lines.join()).not.toContain('usr');
  });

  it.each([
    [['sh', '-c', 'exit 9'], 'user-error', 9, /^exit code 9$/],
    [['sh', '-c', 'kill -ABRT $$'], 'user-error', 134, /SIGABRT/],
    [['echo', 'x'], 'succeeded', 0, /^$/],
  ])('passes on how %j ends', async (argv, outcome, code, message) => {
    const place = newPlace();

    const status = await run(place, boxed(place, 1, { kind: 'command', argv }));

    expect(status.exit).toMatchObject({ outcome, code });
    expect(status.exit?.message ?? '').toMatch(message);
  });

  it.each(['/nonexistent', '/tmp', 'no-such-program'])(
    'says in its log that %s is no program of the image',
    async (program) => {
      const place = newPlace();

      const status = await run(place, boxed(place, 1, { kind: 'command', argv: [program] }));

      expect(status.exit?.outcome).toBe('user-error');
      expect(linesOf(join(place, '1.log')).join()).toMatch(/not found|no such file|permission/i);
    },
  );

  it('says that there is no container when the image or a folder is not there', async () => {
    const place = newPlace();
    const image = 'localhost/no-such-image:1';

    const missing = await run(place, boxed(place, 1, sh(':'), { image }));
    const unbound = await run(place, boxed(place, 2, sh(':')), {
      containerBinds: ['/nonexistent'],
    });
    const nowhere = await run(place, boxed(place, 3, sh(':'), { directory: join(place, 'gone') }));

    expect(missing.exit).toMatchObject({ code: 125, message: expect.stringContaining('podman') });
    expect(linesOf(join(place, '1.log')).join()).toContain('no-such-image');
    expect(unbound.exit?.code).toBe(125);
    expect(nowhere.exit?.message).toContain('no working directory');
  });

  it('is its directory, the project and further folders under their own paths, however they are named', async () => {
    const place = newPlace();
    const [directory, further] = [join(place, `a, "b": c'$(id)`), newPlace()];
    mkdirSync(directory);
    writeFileSync(join(place, 'input'), 'from the project');
    const script = `pwd; cat ../input > output; echo there > ${further}/output`;

    const status = await run(place, boxed(place, 1, sh(script), { directory }), {
      containerBinds: [further],
    });

    expect(status.exit?.outcome).toBe('succeeded');
    expect(linesOf(join(place, '1.log'))).toEqual([directory]);
    expect(readFileSync(join(directory, 'output'), 'utf8')).toBe('from the project');
    expect(linesOf(join(further, 'output'))).toEqual(['there']);
    expect(statSync(join(directory, 'output')).uid).toBe(process.getuid?.());
  });

  it('is no other folder of this machine', async () => {
    const [place, other] = [newPlace(), newPlace()];
    writeFileSync(join(other, 'input'), 'private');

    const status = await run(place, boxed(place, 1, sh(`cat ${other}/input`)));

    expect(status.exit).toMatchObject({ outcome: 'user-error', code: 1 });
  });

  it('is a script too long for an argument, and an empty standard input', async () => {
    const place = newPlace();
    const script = `${'# a comment\n'.repeat(25_000)}cat; echo end`;

    await run(place, boxed(place, 1, sh(script)));

    expect(linesOf(join(place, '1.log'))).toEqual(['end']);
  });
});

describe('the environment of a job in a container', () => {
  it('is that of the job, with names that podman heeds itself, and nothing of this machine', async () => {
    const place = newPlace();
    const environment = {
      LINES: 'a\nb \'"$(id)',
      PATH: '/bin:/nowhere',
      HOME: '/tmp',
      LD_PRELOAD: '',
      CONTAINERS_CONF: '/nowhere',
    };
    const names = ['ORCHESTRATE_JOB', ...Object.keys(environment), 'CONTAINERS_STORAGE_CONF'];
    const show = names.map((name) => `echo "${name}=\${${name}-<unset>}"`).join('; ');

    const status = await run(place, boxed(place, 1, sh(show), { environment }));

    expect(status.exit?.outcome).toBe('succeeded');
    expect(readFileSync(join(place, '1.log'), 'utf8').trimEnd()).toBe(
      [
        `ORCHESTRATE_JOB=${key(1)}`,
        ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
        'CONTAINERS_STORAGE_CONF=<unset>',
      ].join('\n'),
    );
  });

  it('is in no argument of any process, nor in the command podman keeps', async () => {
    const place = newPlace();
    const environment = { TOKEN: 'planted-secret' };
    await using backend = openWithPodman(place);
    const spec = boxed(place, 1, sh('echo "${#TOKEN}"; sleep 600'), { environment });
    await backend.submit([spec]);
    const first = await speaks(spec);
    const processes = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    const command = podman('inspect', '--format={{json .Config.CreateCommand}}', spec.key);
    const path = podman('inspect', '--format={{.Path}} {{json .Args}}', spec.key);
    await backend.cancel([spec.key]);
    await ended(backend, [spec.key]);

    expect(first).toBe('14');
    expect(processes).toContain(spec.key);
    expect(processes + command + path).not.toContain('planted');
    expect(command).toContain('TOKEN');
  });
});

describe('ending a job in a container', () => {
  it('names the container after the job, and removes it before it says that the job is over', async () => {
    const place = newPlace();
    await using backend = openWithPodman(place);
    const spec = boxed(place, 1, sh('echo here; sleep 600'));
    await backend.submit([spec]);
    await speaks(spec);
    const during = containers();
    await backend.cancel([spec.key]);
    const [status] = await ended(backend, [spec.key]);

    expect(status?.exit?.outcome).toBe('cancelled');
    expect(containers()).toEqual([]);
    expect(during).toEqual([spec.key]);
  });

  it('lets a job clean up when it is asked to end, and does not wait for the grace to be over', async () => {
    const place = newPlace();
    await using backend = openWithPodman(place, { graceSeconds: 30 });
    const polite = boxed(
      place,
      1,
      sh(`trap 'echo cleaned; exit 0' TERM; echo here; while :; do sleep 0.05; done`),
    );
    const plain = boxed(place, 2, sh('echo here; sleep 600'));
    await backend.submit([polite, plain]);
    await Promise.all([speaks(polite), speaks(plain)]);
    await backend.cancel([polite.key, plain.key]);
    const statuses = await ended(backend, [polite.key, plain.key], 15);

    expect(statuses.map(({ exit }) => exit?.outcome)).toEqual(['cancelled', 'cancelled']);
    expect(linesOf(polite.logPath)).toEqual(['here', 'cleaned']);
  });

  it.each([0, 50, 150, 300])(
    'leaves no container when it is cancelled %i ms after it was handed over',
    async (delayMs) => {
      const place = newPlace();
      await using backend = openWithPodman(place);
      const specs = [1, 2].map((n) => boxed(place, n, sh(`trap '' TERM; sleep 600`)));
      const keys = specs.map((spec) => spec.key);
      const since = performance.now();
      await backend.submit(specs);
      await until('the moment', () => (performance.now() - since >= delayMs ? true : undefined));
      await backend.cancel(keys);
      const statuses = await ended(backend, keys);

      expect(statuses.map(({ exit }) => exit?.outcome)).toEqual(['cancelled', 'cancelled']);
      expect(containers()).toEqual([]);
    },
  );

  it('ends it when its time is over, even if it ignores the request', async () => {
    const place = newPlace();
    const resources = { timeSeconds: 1 };

    const status = await run(
      place,
      boxed(place, 1, sh(`trap '' TERM; while :; do sleep 0.1; done`), { resources }),
    );

    expect(status.exit).toMatchObject({ outcome: 'timeout' });
    expect(containers()).toEqual([]);
  });

  it('leaves none when podman itself is killed from outside', async () => {
    const place = newPlace();
    await using backend = openWithPodman(place);
    const spec = boxed(place, 1, sh('echo here; sleep 600'));
    await backend.submit([spec]);
    await speaks(spec);
    const waits = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes('podman run') && line.includes(`--name=${spec.key} `));
    for (const line of waits) process.kill(Number.parseInt(line, 10), 'SIGKILL');
    const [status] = await ended(backend, [spec.key]);

    expect(status?.exit).toMatchObject({ outcome: 'user-error', signal: 'SIGKILL' });
    expect(containers()).toEqual([]);
  });

  it('counts the memory of the job alone, not that of podman', async () => {
    const place = newPlace();
    const resources = { memoryBytes: 16 * MEBIBYTE };
    const hold = (bytes: number) =>
      sh(`(head -c ${bytes} /dev/zero; sleep 2) | tail -c ${bytes} >/dev/null`);

    const small = await run(place, boxed(place, 1, hold(2 * MEBIBYTE), { resources }));
    const big = await run(place, boxed(place, 2, hold(64 * MEBIBYTE), { resources }));

    expect(small.exit?.outcome).toBe('succeeded');
    expect(small.exit?.usage?.peakMemoryBytes).toBeGreaterThan(MEBIBYTE);
    expect(small.exit?.usage?.peakMemoryBytes).toBeLessThan(16 * MEBIBYTE);
    expect(big.exit?.outcome).toBe('out-of-memory');
  });
});

describe('a leader that is killed while a container runs', () => {
  const PODMAN = { containers: 'podman' };

  it('leaves it running, and the next leader hears how it ends', async () => {
    const place = newPlace();
    const go = join(place, 'go');
    const wait = `echo "$ORCHESTRATE_JOB"; while ! [ -e ${go} ]; do sleep 0.05; done; exit 4`;
    const specs = [boxed(place, 1, sh(wait)), boxed(place, 2, sh('echo here; sleep 600'))];
    const keys = specs.map((spec) => spec.key);
    const leader = await startLeader(place, specs, PODMAN);
    await Promise.all(specs.map(speaks));
    await killLeader(leader);

    await using backend = openWithPodman(place);
    const found = await backend.find(keys);
    const during = containers();
    writeFileSync(go, '');
    await backend.cancel(keys.slice(1));
    const statuses = await ended(backend, keys);

    expect(found.map(({ state }) => state)).toEqual(['running', 'running']);
    expect(during.sort()).toEqual([...keys].sort());
    expect(statuses.map(({ exit }) => exit?.outcome)).toEqual(['user-error', 'cancelled']);
    expect(statuses[0]?.exit?.code).toBe(4);
    expect(linesOf(specs[0]?.logPath ?? '')).toEqual(keys.slice(0, 1));
  });

  it('has its time kept, also if it ignores the request to end', async () => {
    const place = newPlace();
    const resources = { timeSeconds: 1 };
    const stubborn = sh(`trap '' TERM; echo here; while :; do sleep 0.1; done`);
    const spec = boxed(place, 1, stubborn, { resources });
    const leader = await startLeader(place, [spec], PODMAN);
    await speaks(spec);
    await killLeader(leader);
    await until('the container to go', () => (containers().length === 0 ? true : undefined));

    await using backend = openWithPodman(place);
    const [status] = await ended(backend, [spec.key]);

    expect(status?.exit?.outcome).toBe('timeout');
  });
});

it('says in its diagnosis that podman answers', async () => {
  const place = newPlace();
  await using backend = openWithPodman(place);
  const findings = await backend.diagnose();

  expect(findings.find(({ subject }) => subject === 'containers')).toMatchObject({
    state: 'good',
    message: 'podman runs tasks with an image',
  });
});
