import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { type ComputeBackend, type RunId, storageError } from '@orchestrate/core';
import { ManualClock, memoryLogger } from '@orchestrate/testkit';
import { describe, expect, it } from 'vitest';
import { sweepEnded } from '../../src/drive/sweep-ended.ts';

/** A backend that fails in some way so often, and then sweeps. */
function backendFailing(times: number, failure: () => Error) {
  const calls: string[][] = [];
  const sweep = (over: ReadonlySet<RunId>) => {
    calls.push([...over].toSorted());
    return calls.length > times ? Promise.resolve([]) : Promise.reject(failure());
  };
  // Nothing else of it is used here.
  return { calls, backend: { sweep } as unknown as ComputeBackend };
}

const away = () => storageError('STORAGE_UNAVAILABLE', 'the cluster does not answer');

function begin(backend: ComputeBackend) {
  const db = new DatabaseSync(':memory:');
  db.exec(`CREATE TABLE run (id TEXT, outcome TEXT);
    INSERT INTO run VALUES ('over', 'succeeded'), ('gone', 'failed'), ('going', NULL)`);
  const clock = new ManualClock();
  const log = memoryLogger();
  const hurry = new AbortController();
  let isDone = false;
  const done = sweepEnded({
    db,
    log,
    clock,
    backends: new Map([['far', backend]]),
    timers: { at: (monotonic, call) => clock.setTimer(monotonic, call) },
    signal: hurry.signal,
  }).then(() => {
    isDone = true;
  });
  /** Lets time pass until the end, but no longer than so many seconds. */
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds && !isDone; second += 1) {
      await setImmediate();
      clock.advance(1000);
      await setImmediate();
    }
    return isDone;
  };
  const told = () => log.lines.map(({ message }) => message);
  return { done, pass, hurry, told };
}

describe('what ended runs have left', () => {
  it('is removed, of these runs only', async () => {
    const { backend, calls } = backendFailing(0, away);
    const { done, told } = begin(backend);
    await done;

    expect(calls).toEqual([['gone', 'over']]);
    expect(told()).toEqual([]);
  });

  it('is removed once a backend that was away is back', async () => {
    const { backend, calls } = backendFailing(9, away);
    const { pass, told } = begin(backend);

    expect(await pass(90)).toBe(true);
    expect(calls).toHaveLength(10);
    expect(told()).toEqual(['what ended runs have left cannot be removed yet; it is tried again']);
  });

  it('stays when the backend does not come back, and that is said', async () => {
    const { backend, calls } = backendFailing(Number.POSITIVE_INFINITY, away);
    const { pass, told } = begin(backend);

    expect(await pass(170)).toBe(false);
    expect(await pass(30)).toBe(true);
    expect(calls.length).toBeLessThan(30);
    expect(told().at(-1)).toMatch(/orchestrate clean/);
  });

  it('is not waited for when somebody is in a hurry', async () => {
    const { backend } = backendFailing(Number.POSITIVE_INFINITY, away);
    const { done, pass, hurry, told } = begin(backend);
    await pass(5);
    hurry.abort();
    await done;

    expect(told()).toHaveLength(2);
  });

  it('stays at once when it will never be possible', async () => {
    const { backend, calls } = backendFailing(1, () => new Error('no rights'));
    const { done, told } = begin(backend);
    await done;

    expect(calls).toHaveLength(1);
    expect(told()).toHaveLength(1);
  });
});
