import { type JobSpec, jobKey, runIdFrom, type Storage } from '@orchestrate/core';
import {
  falseTimeouts,
  flapping,
  lostReplies,
  ManualClock,
  MemoryStorage,
  refusals,
  repetitions,
  ScriptedBackend,
  ScriptedCluster,
  seededRandom,
  slowness,
  staleAnswers,
  truncatedReads,
  withFaults,
} from '@orchestrate/testkit';
import { describe, expect, it } from 'vitest';

const ALWAYS = { chance: 1, random: () => 0.5 };
const FAULT = { code: 'FAULT_INJECTED' };

function job(number: number): JobSpec {
  return {
    key: jobKey(runIdFrom(Uint8Array.of(1, 2, 3)), number),
    name: 'job',
    work: { kind: 'command', argv: ['true'] },
    directory: '/',
    environment: {},
    resources: {},
    logPath: '/dev/null',
  };
}

async function text(store: Storage, key: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of store.read(key)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

describe('faults', () => {
  it('lose the reply of a call that had its effect', async () => {
    const store = new MemoryStorage();
    const { subject, injected } = withFaults(store, [lostReplies(ALWAYS)]);

    await expect(subject.write('k', Buffer.from('x'))).rejects.toMatchObject(FAULT);
    expect(await text(store, 'k')).toBe('x');
    expect(injected).toEqual([{ fault: 'lost reply', method: 'write' }]);
  });

  it('report a timeout although the submission arrives', async () => {
    const cluster = new ScriptedCluster({ time: new ManualClock() });
    const { subject } = withFaults(new ScriptedBackend(cluster), [falseTimeouts(ALWAYS)]);

    await expect(subject.submit([job(1)])).rejects.toMatchObject(FAULT);
    await Promise.resolve();
    expect(cluster.live).toEqual([job(1).key]);
  });

  it('refuse calls without effect, and say that nothing was changed', async () => {
    const store = new MemoryStorage();
    const { subject } = withFaults(store, [refusals({ ...ALWAYS, methods: ['write'] })]);

    await expect(subject.write('k', Buffer.from('x'))).rejects.toMatchObject({
      ...FAULT,
      details: { clean: true },
    });
    expect(await subject.stat('k')).toBeUndefined();
  });

  it('repeat calls and reports', async () => {
    const clock = new ManualClock();
    const cluster = new ScriptedCluster({ time: clock });
    const { subject } = withFaults(new ScriptedBackend(cluster), [repetitions(ALWAYS)]);
    const reports: string[] = [];
    using _watch = subject.watch?.((statuses) => {
      reports.push(...statuses.map(({ state }) => state));
    });
    await subject.submit([job(1)]);
    clock.advance(10);
    await Promise.resolve();

    expect(cluster.starts.get(job(1).key)).toBe(1);
    expect(reports.filter((state) => state === 'queued')).toHaveLength(2);
  });

  it('slow calls down before and after their effect', async () => {
    const store = new MemoryStorage();
    const waits: string[] = [];
    const wait = async (when: string): Promise<void> => {
      waits.push(`${when}: ${(await store.stat('k')) === undefined ? 'absent' : 'there'}`);
    };
    const { subject } = withFaults(store, [slowness(ALWAYS, wait)]);
    await subject.write('k', Buffer.from('x'));

    expect(waits).toEqual(['before: absent', 'after: there']);
  });

  it('flap: outages last for a number of calls and end', async () => {
    const random = seededRandom(3);
    const faults = [flapping({ chance: 0.1, random, calls: 4 })];
    const { subject, injected } = withFaults(new MemoryStorage(), faults);
    const outcomes: string[] = [];
    for (let n = 0; n < 100; n += 1)
      outcomes.push(
        await subject.stat('k').then(
          () => '.',
          () => 'x',
        ),
      );

    const outages = outcomes
      .join('')
      .split('.')
      .filter((run) => run !== '');
    expect(outages.length).toBeGreaterThan(1);
    expect(outages.every((run) => run.length % 4 === 0)).toBe(true);
    expect(injected).toHaveLength(outages.join('').length);
  });

  it('break streams off with an error', async () => {
    const store = new MemoryStorage();
    await store.write('k', Buffer.alloc(1000, 'a'));
    const { subject } = withFaults(store, [truncatedReads(ALWAYS)]);

    await expect(text(subject, 'k')).rejects.toMatchObject(FAULT);
  });

  it('answer a listing with what was there before', async () => {
    const store = new MemoryStorage();
    const { subject } = withFaults(store, [staleAnswers(ALWAYS)]);
    await subject.list();
    await subject.write('k', Buffer.from('x'));

    expect((await subject.list()).objects).toEqual([]);
    expect((await store.list()).objects).toHaveLength(1);
  });

  it('can be laid over each other, and strike the same for the same seed', async () => {
    const strike = async (seed: number): Promise<readonly string[]> => {
      const random = seededRandom(seed);
      const { subject, injected } = withFaults(new MemoryStorage(), [
        lostReplies({ chance: 0.2, random }),
        refusals({ chance: 0.2, random }),
      ]);
      for (let n = 0; n < 50; n += 1) await subject.write('k', Buffer.from('x')).catch(() => {});
      return injected.map(({ fault }) => fault);
    };

    expect(await strike(1)).toEqual(await strike(1));
    expect(await strike(1)).not.toEqual(await strike(2));
    expect(new Set(await strike(1))).toEqual(new Set(['lost reply', 'refusal']));
  });
});
