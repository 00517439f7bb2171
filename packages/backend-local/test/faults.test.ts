import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ended, job, key, sh, until } from './jobs.ts';
import { openAt } from './local-place.ts';
import { linesOf, newPlace } from './place.ts';

const CAPACITY = { slots: 2, cpus: 2, graceSeconds: 0.2 };
const MODULE = new URL('./pack-module.ts', import.meta.url).pathname;

function keeperPids(place: string): number[] {
  const folder = join(place, 'state', 'keepers');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.rec'))
    .flatMap((name) => /"pid":(\d+)/.exec(readFileSync(join(folder, name), 'utf8'))?.[1] ?? [])
    .map(Number);
}

it('says a job is lost, and only once it is over, when its keeper is killed', async () => {
  const place = newPlace();
  const ran = join(place, 'ran');
  await using backend = openAt(place, { ...CAPACITY, slots: 1 });
  await backend.submit([
    job(place, 1, sh(`echo started >> ${ran}; sleep 0.6; echo over >> ${ran}`)),
    job(place, 2, sh(`echo second >> ${ran}`)),
  ]);
  await until('the job to start', () => linesOf(ran)[0]);
  for (const pid of keeperPids(place)) process.kill(pid, 'SIGKILL');
  const alive = await until('the death to be noticed', async () => {
    const [status] = await backend.observe([key(1)]);
    return status?.reason === undefined ? undefined : status;
  });
  const [first, second] = await ended(backend, [key(1), key(2)]);

  expect(alive.state).toBe('running');
  expect(first?.exit).toMatchObject({ outcome: 'lost' });
  expect(second?.exit?.outcome).toBe('succeeded');
  expect(linesOf(ran)).toEqual(['started', 'over', 'second']);
});

it('can still cancel a job whose keeper was killed', async () => {
  const place = newPlace();
  await using backend = openAt(place, CAPACITY);
  await backend.submit([job(place, 1, sh(`echo started; sleep 600`))]);
  await until('the job to start', () => linesOf(join(place, '1.log'))[0]);
  for (const pid of keeperPids(place)) process.kill(pid, 'SIGKILL');
  await until('the death to be noticed', async () => (await backend.observe([key(1)]))[0]?.reason);
  await backend.cancel([key(1)]);
  const [status] = await ended(backend, [key(1)]);

  expect(status?.exit?.outcome).toBe('cancelled');
});

it('says a pack is lost when its worker is killed, and blames no call', async () => {
  const place = newPlace();
  const ran = join(place, 'ran');
  const calls = [0, 60_000].map((waitMs, line) => ({ args: { file: ran, line, waitMs } }));
  await using backend = openAt(place, CAPACITY);
  await backend.submit([
    job(place, 1, { kind: 'functions', module: MODULE, export: 'note', ordered: true, calls }),
  ]);
  await until('the second call', () => linesOf(ran)[1]);
  for (const pid of keeperPids(place)) process.kill(pid, 'SIGKILL');
  const [status] = await ended(backend, [key(1)]);

  expect(status?.exit).toMatchObject({ outcome: 'lost', signal: 'SIGKILL' });
  expect(status?.progress).toMatchObject({ succeeded: [[0, 0]], failed: [] });
});

it('classes a call that uses up the heap of its worker as out-of-memory', async () => {
  const place = newPlace();
  const work = { kind: 'functions', module: MODULE, export: 'fillHeap', ordered: false } as const;
  await using backend = openAt(place, { ...CAPACITY, workerMemoryBytes: 32 * 2 ** 20 });
  await backend.submit([job(place, 1, { ...work, calls: [{ args: null }] })]);
  const [status] = await ended(backend, [key(1)], 40);

  expect(status?.exit?.outcome).toBe('out-of-memory');
  expect(status?.progress?.failed).toMatchObject([{ position: 0, failure: 'out-of-memory' }]);
});

it('ends a pack that never lets another turn happen when its time is over', async () => {
  const place = newPlace();
  const work = { kind: 'functions', module: MODULE, export: 'spin', ordered: false } as const;
  await using backend = openAt(place, CAPACITY);
  await backend.submit([
    job(place, 1, { ...work, calls: [{ args: null }] }, { resources: { timeSeconds: 0.3 } }),
  ]);
  const [status] = await ended(backend, [key(1)]);

  expect(status?.exit?.outcome).toBe('timeout');
});

it('uses a worker again, until the file of the module changes', async () => {
  const place = newPlace();
  const module = join(place, 'module.mjs');
  const work = { kind: 'functions', module, export: 'f', ordered: false } as const;
  await using backend = openAt(place, { ...CAPACITY, slots: 1 });
  const results: unknown[] = [];
  for (const [number, version] of [1, 1, 2].entries()) {
    const text = `export const f = () => [${version}, process.pid]`;
    if (number !== 1) writeFileSync(module, text);
    await backend.submit([job(place, number, { ...work, calls: [{ args: null }] })]);
    const [status] = await ended(backend, [key(number)]);
    results.push(status?.progress?.values[0]?.[1]);
  }

  const [first, again, changed] = results as [number, number][];
  expect(again).toEqual(first);
  expect(changed?.[0]).toBe(2);
  expect(changed?.[1]).not.toBe(first?.[1]);
});

it('is not disturbed by record lines that were cut off', async () => {
  const place = newPlace();
  {
    await using backend = openAt(place, CAPACITY);
    await backend.submit([job(place, 1, sh('exit 3'))]);
    await ended(backend, [key(1)]);
  }
  const folder = join(place, 'state', 'keepers');
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    writeFileSync(path, `${readFileSync(path, 'utf8')}\nq testaaaa-9 {"kind":"comm`);
  }
  writeFileSync(join(folder, 'torn.rec'), 'h {"kind":"comm');
  await using backend = openAt(place, CAPACITY);
  const [kept, torn] = await backend.find([key(1), key(9)]);

  expect(kept?.exit).toMatchObject({ outcome: 'user-error', code: 3 });
  expect(torn?.state).toBe('absent');
});

it('refuses to open where no records can be kept, with LOCAL_STATE_UNUSABLE', () => {
  const place = newPlace();
  mkdirSync(join(place, 'state'));
  writeFileSync(join(place, 'state', 'keepers'), 'in the way');

  expect(() => openAt(place)).toThrow(expect.objectContaining({ code: 'LOCAL_STATE_UNUSABLE' }));
});

it('keeps jobs waiting, and says why, while no records can be written', async () => {
  const place = newPlace();
  const folder = join(place, 'state', 'keepers');
  await using backend = openAt(place, CAPACITY);
  renameSync(folder, `${folder}.away`);
  await backend.submit([job(place, 1, sh(':'))]);
  const [waiting] = await backend.observe([key(1)]);
  renameSync(`${folder}.away`, folder);
  const [status] = await ended(backend, [key(1)]);

  expect(waiting).toMatchObject({ state: 'queued', reason: expect.stringContaining('ENOENT') });
  expect(status?.exit?.outcome).toBe('succeeded');
});

it('does not keep short jobs behind a long one', async () => {
  const place = newPlace();
  await using backend = openAt(place, CAPACITY);
  const quick = (n: number) => job(place, n, { kind: 'command', argv: ['true'] });
  const first = Array.from({ length: 60 }, (_, n) => quick(n));
  const long = job(place, 500, { kind: 'command', argv: ['sleep', '600'] });
  const rest = Array.from({ length: 60 }, (_, n) => quick(1_000 + n));
  await backend.submit([...first, long, ...rest]);
  const statuses = await ended(
    backend,
    [...first, ...rest].map((one) => one.key),
  );
  const [running] = await backend.observe([long.key]);
  await backend.cancel([long.key]);

  expect(statuses.every(({ exit }) => exit?.outcome === 'succeeded')).toBe(true);
  expect(running?.state).toBe('running');
});

it('runs 2,000 quick jobs exactly once each', async () => {
  const place = newPlace();
  const ran = join(place, 'ran');
  await using backend = openAt(place, CAPACITY);
  const jobs = Array.from({ length: 2_000 }, (_, n) =>
    job(place, n, sh(`echo "$ORCHESTRATE_JOB" >> ${ran}`)),
  );
  await backend.submit(jobs);
  const statuses = await ended(
    backend,
    jobs.map((one) => one.key),
    60,
  );

  expect(statuses.every(({ exit }) => exit?.outcome === 'succeeded')).toBe(true);
  expect(linesOf(ran).sort()).toEqual(jobs.map((one) => String(one.key)).sort());
});
