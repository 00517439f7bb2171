import { setImmediate } from 'node:timers/promises';
import type { BackendTraits, ComputeBackend, JobSpec } from '@orchestrate/core';
import {
  BACKEND_CASES,
  backendBench,
  failingCases,
  ManualClock,
  ScriptedBackend,
  ScriptedCluster,
} from '@orchestrate/testkit';
import { describe, expect, it } from 'vitest';
import { contractScript, renderAct } from './contract-script.ts';

type Lie = (backend: ScriptedBackend) => Partial<ComputeBackend>;

/** A backend that behaves like another one but for what the lie replaces. */
function lying(backend: ScriptedBackend, traits: BackendTraits, lie: Lie): ComputeBackend {
  const changed: Partial<ComputeBackend> = { traits, ...lie(backend) };
  return new Proxy(backend, {
    get(target, name) {
      if (name in changed) return Reflect.get(changed, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function broken(
  lie: Lie,
  claims: Partial<BackendTraits> = {},
  truth: Partial<BackendTraits> = {},
): Promise<readonly string[]> {
  const base: Partial<BackendTraits> = { slots: 3, maxLiveJobs: 12 };
  const honest = new ScriptedCluster({ time: new ManualClock(), traits: { ...base, ...truth } });
  const claimed = { ...honest.traits, ...claims };
  const found = await failingCases(BACKEND_CASES, claimed, () => {
    const time = new ManualClock();
    const cluster = new ScriptedCluster({
      time,
      script: contractScript,
      traits: { ...base, ...truth },
      writesLogs: true,
    });
    const pass = async (seconds: number) => {
      time.advance(seconds * 1000);
      await setImmediate();
    };
    const options = { render: renderAct, pass, patienceSeconds: 8 };
    return backendBench(() => lying(new ScriptedBackend(cluster), claimed, lie), claimed, options);
  });
  return found.map(({ name }) => name);
}

describe('the backend suite', { timeout: 60_000 }, () => {
  it('finds nothing wrong with an honest backend', async () => {
    expect(await broken(() => ({}))).toEqual([]);
  });

  it('notices claims of what the backend does not do', async () => {
    const truth = {
      enforcesTime: false,
      enforcesMemory: false,
      outlivesLeader: false,
      work: ['command'] as const,
    };
    const claims = {
      enforcesTime: true,
      enforcesMemory: true,
      outlivesLeader: true,
      containers: true,
      work: ['command', 'functions'] as const,
    };

    expect(await broken(() => ({}), claims, truth)).toEqual(
      expect.arrayContaining([
        'ends a job that exceeds its time as timeout, and leaves a shorter one alone',
        'ends a job that exceeds its memory as out-of-memory, and leaves a smaller one alone',
        'lets a new leader find a running job, and runs it to its end once',
        'runs a job in an image',
        'makes the calls of a pack and says every result that is not undefined',
      ]),
    );
  });

  it('notices denials of what the backend does', async () => {
    const truth = { containers: true };
    const claims = {
      enforcesTime: false,
      enforcesMemory: false,
      outlivesLeader: false,
      containers: false,
      pushes: false,
      work: ['command'] as const,
    };

    expect(await broken(() => ({}), claims, truth)).toEqual(
      expect.arrayContaining([
        'declares the traits it is tested with, and has watch exactly when it pushes',
        'lets a job go on that exceeds its time: somebody else has to watch the clock',
        'lets a job go on that exceeds its memory',
        'ends its jobs when the leader goes, and finds nothing of them running afterwards',
        'rejects a job with an image',
        'rejects packs of functions, which it does not take',
      ]),
    );
  });

  it('notices slots and limits of live jobs that are not true', async () => {
    expect(await broken(() => ({}), { slots: 5 })).toContain(
      'runs as many jobs at once as it has slots, and no more',
    );
    expect(await broken(() => ({}), { slots: 2 })).toContain(
      'runs as many jobs at once as it has slots, and no more',
    );
    expect(await broken(() => ({}), { maxLiveJobs: 5 })).toContain(
      'is busy beyond its number of live jobs, and takes more once some have ended',
    );
  });

  it('notices a submission that is not idempotent', async () => {
    let copies = 0;
    const names = await broken((backend) => ({
      submit: async (jobs, options) => {
        const fresh = await Promise.all(
          jobs.map(async (job): Promise<JobSpec> => {
            const [status] = await backend.find([job.key]);
            if (status?.state === 'absent') return job;
            copies += 1;
            return { ...job, key: `${job.key}${copies}00` as JobSpec['key'] };
          }),
        );
        await backend.submit(fresh, options);
        return jobs.map(({ key }) => ({ key, outcome: 'accepted' }));
      },
    }));

    expect(names).toContain(
      'runs a job once, however often it is submitted: in one call, at once, later, after its end',
    );
  });

  it('notices answers out of order', async () => {
    const names = await broken((backend) => ({
      observe: async (keys, options) => [...(await backend.observe(keys, options))].reverse(),
    }));

    expect(names).toContain(
      'answers for every job and every key in the order given, and nothing for none',
    );
  });

  it('notices reports that come twice, or not at all', async () => {
    const twice = await broken((backend) => ({
      watch: (listener) =>
        backend.watch?.((statuses) => {
          listener(statuses);
          listener(statuses);
        }) ?? { [Symbol.dispose]() {} },
    }));
    const never = await broken(() => ({ watch: () => ({ [Symbol.dispose]() {} }) }));

    expect(twice).toContain(
      'reports every change by itself, in order, each state at most once per job',
    );
    expect(never).toContain(
      'reports every change by itself, in order, each state at most once per job',
    );
  });

  it('notices a cancel that does nothing, and one that forgets the reason', async () => {
    const deaf = await broken(() => ({ cancel: () => Promise.resolve() }));
    const vague = await broken((backend) => ({ cancel: (keys) => backend.cancel(keys) }));

    expect(deaf).toContain('ends a running job as cancelled, and only that one');
    expect(vague).toContain('ends a job for the reason it was given');
  });

  it('notices logs that are cut, and lost ones', async () => {
    const cut = await broken((backend) => ({
      async *logs(key, options) {
        for await (const piece of backend.logs(key, options)) yield piece.subarray(0, 100);
      },
    }));

    expect(cut).toContain('keeps all that a job printed, both streams, in the order written');
  });

  it('notices a find that says absent of what is there', async () => {
    const names = await broken(() => ({
      find: (keys) => Promise.resolve(keys.map((key) => ({ key, state: 'absent' as const }))),
    }));

    expect(names).toContain('has no trace of a key that was never submitted');
  });
});
