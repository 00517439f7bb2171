import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ended, job, key, sh, until } from './jobs.ts';
import { killLeader, startLeader } from './leader-process.ts';
import { openAt } from './local-place.ts';
import { linesOf, newPlace } from './place.ts';

const CAPACITY = { slots: 2, cpus: 2, graceSeconds: 0.2 };
const COUNT = 60;

it.each([0, 15, 40, 90, 160])(
  'repeats and loses nothing when the leader is killed %i ms after it submitted 60 jobs',
  async (delayMs) => {
    const place = newPlace();
    const ran = join(place, 'ran');
    const jobs = Array.from({ length: COUNT }, (_, n) =>
      job(place, n, sh(`echo "$ORCHESTRATE_JOB" >> ${ran}; sleep 0.00${n % 7}; echo done`)),
    );
    const keys = jobs.map((one) => one.key);
    const leader = await startLeader(place, jobs);
    await wait(delayMs);
    await killLeader(leader);

    await using backend = openAt(place, CAPACITY);
    const absent = await until('every job to be certain', async () => {
      const statuses = await backend.find(keys);
      const open = statuses.filter(({ state }) => state === 'queued' || state === 'unknown');
      return open.length === 0 ? statuses.filter(({ state }) => state === 'absent') : undefined;
    });
    const again = new Set(absent.map((status) => status.key));
    await backend.submit(jobs.filter((one) => again.has(one.key)));
    const statuses = await ended(backend, keys);

    expect(statuses.map(({ exit }) => exit?.outcome)).toEqual(keys.map(() => 'succeeded'));
    expect(linesOf(ran).sort()).toEqual([...keys].sort());
    expect(keys.map((_, n) => linesOf(join(place, `${n}.log`)))).toEqual(keys.map(() => ['done']));
  },
);

it('says that a job is absent which an old keeper will not start any more because the one before it is cancelled', async () => {
  const place = newPlace();
  const quick = Array.from({ length: 40 }, (_, n) => job(place, n, sh(':')));
  const long = [100, 101].map((n) => job(place, n, sh('echo here; sleep 600')));
  const behind = Array.from({ length: 8 }, (_, n) => job(place, 200 + n, sh('echo never')));
  const leader = await startLeader(place, [...quick, ...long, ...behind]);
  await until('the long jobs to start', () =>
    long.every((one) => linesOf(one.logPath).length > 0) ? true : undefined,
  );
  await killLeader(leader);

  await using backend = openAt(place, CAPACITY);
  // On a busy machine some may have had their turn before the second of the long jobs had started.
  const found = await backend.find(behind.map((one) => one.key));
  const waiting = behind.filter((_, n) => found[n]?.state !== 'ended');
  await backend.cancel(long.map((one) => one.key));
  await ended(
    backend,
    long.map((one) => one.key),
  );
  const statuses = await backend.find(waiting.map((one) => one.key));

  expect(waiting.length).toBeGreaterThan(0);
  expect(statuses.map(({ state }) => state)).toEqual(waiting.map(() => 'absent'));
  expect(waiting.flatMap((one) => linesOf(one.logPath))).toEqual([]);
});

it('finishes the calls of a pack when the leader is killed in the middle of it', async () => {
  const place = newPlace();
  const ran = join(place, 'ran');
  const module = new URL('./pack-module.ts', import.meta.url).pathname;
  const gates = [join(place, 'open'), join(place, 'closed')];
  writeFileSync(join(place, 'open'), '');
  const calls = Array.from({ length: 30 }, (_, n) => ({
    args: { file: ran, line: n, gate: gates[n < 5 ? 0 : 1] ?? '' },
  }));
  const pack = { kind: 'functions', module, export: 'noteAndWait', ordered: true, calls } as const;
  const leader = await startLeader(place, [job(place, 1, pack)]);
  await until('the first calls', () => (linesOf(ran).length > 3 ? true : undefined));
  await killLeader(leader);

  await using backend = openAt(place, CAPACITY);
  const [found] = await backend.find([key(1)]);
  writeFileSync(join(place, 'closed'), '');
  const [status] = await ended(backend, [key(1)]);

  expect(found?.state).toBe('running');
  expect(status?.exit?.outcome).toBe('succeeded');
  expect(status?.progress?.succeeded).toEqual([[0, 29]]);
  expect(status?.progress?.values.map(([, value]) => value)).toEqual(calls.map((_, n) => n));
  expect(linesOf(ran)).toEqual(calls.map((_, n) => String(n)));
});

it('ends overdue commands and packs also while no leader is there', async () => {
  const place = newPlace();
  const resources = { timeSeconds: 0.5 };
  const module = new URL('./pack-module.ts', import.meta.url).pathname;
  const calls = [{ args: null }];
  const spin = { kind: 'functions', module, export: 'spin', ordered: false, calls } as const;
  const leader = await startLeader(place, [
    job(place, 1, sh(`trap '' TERM; echo $$ > ${place}/pid; sleep 60; sleep 60`), { resources }),
    job(place, 2, spin, { resources }),
  ]);
  await until('the command to start', () => linesOf(join(place, 'pid'))[0]);
  await killLeader(leader);
  const pid = Number(linesOf(join(place, 'pid'))[0]);
  await until('the watchdog to end the command', () => (isThere(pid) ? undefined : true));
  await wait(0);

  await using backend = openAt(place, CAPACITY);
  const statuses = await ended(backend, [key(1), key(2)]);

  expect(statuses.map(({ exit }) => exit?.outcome)).toEqual(['timeout', 'timeout']);
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
