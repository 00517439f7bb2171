import { describe, expect, it } from 'vitest';
import type { AccountLine } from './accounting.ts';
import { exitOfAccount, exitOfCode, exitOfEntry, isInterrupted, type Loss } from './exits.ts';
import type { EndEntry } from './status-listing.ts';

const entry = (more: Partial<EndEntry> = {}): EndEntry => ({
  index: 0,
  restart: 0,
  code: 0,
  startedAt: 1000,
  endedAt: 2000,
  ...more,
});

const line = (more: Partial<AccountLine> = {}): AccountLine => ({
  id: { job: '1', tasks: [] },
  name: 'a',
  state: 'COMPLETED',
  code: 0,
  signal: 0,
  nodes: 'p1',
  reason: 'None',
  ...more,
});

const loss = (more: Partial<Loss> = {}): Loss => ({ claimed: true, shared: false, ...more });

describe('exitOfCode', () => {
  it('takes codes as shells give them', () => {
    expect(exitOfCode(0)).toEqual({ outcome: 'succeeded', code: 0 });
    expect(exitOfCode(3)).toMatchObject({ outcome: 'user-error', code: 3, message: 'exit code 3' });
    expect(exitOfCode(127).message).toMatch(/command not found/);
    expect(exitOfCode(139)).toMatchObject({ outcome: 'user-error', signal: 'SIGSEGV' });
    expect(exitOfCode(255)).toMatchObject({ code: 255, message: 'exit code 255' });
  });
});

describe('exitOfEntry', () => {
  it('tells what the job itself did', () => {
    expect(exitOfEntry(entry({ code: 2 }), {})).toMatchObject({ code: 2, endedAt: 2000 });
  });

  it('tells its own limit of time from everything else', () => {
    expect(exitOfEntry(entry({ code: 143, signal: 'TIME' }), { timeSeconds: 5 })).toMatchObject({
      outcome: 'timeout',
      message: 'ran longer than its limit of 5 s',
    });
  });

  it('lets a job that was done before it was cancelled have succeeded', () => {
    const facts = { forced: 'cancelled' } as const;

    expect(exitOfEntry(entry(), facts).outcome).toBe('succeeded');
    expect(exitOfEntry(entry({ code: 143, signal: 'TERM' }), facts).outcome).toBe('cancelled');
    expect(exitOfEntry(entry({ signal: 'CANCEL' }), facts).outcome).toBe('cancelled');
    expect(exitOfEntry(entry({ code: 1 }), { forced: 'out-of-memory' }).outcome).toBe(
      'out-of-memory',
    );
  });
});

describe('isInterrupted', () => {
  it('asks SLURM only about what somebody else may have ended', () => {
    expect(
      ['TERM', 'INT', 'HUP', 'TIME', 'CANCEL', 'USR1', undefined].filter((signal) =>
        isInterrupted(entry(signal === undefined ? {} : { signal })),
      ),
    ).toEqual(['TERM', 'INT', 'HUP']);
  });
});

describe('exitOfAccount', () => {
  it.each([
    ['NODE_FAIL', 'node-failure', /a node failed under it on p1/],
    ['PREEMPTED', 'preempted', /gave its place/],
    ['TIMEOUT', 'timeout', /time limit/],
    ['OUT_OF_MEMORY', 'out-of-memory', /memory/],
    ['BOOT_FAIL', 'node-failure', /could not be started/],
    ['DEADLINE', 'timeout', /deadline/],
    ['CANCELLED by 1000', 'cancelled', /by user 1000/],
  ])('takes the word of SLURM for %s', (state, outcome, message) => {
    expect(exitOfAccount(line({ state }), loss())).toMatchObject({
      outcome,
      message: expect.stringMatching(message),
    });
  });

  it.each(['PENDING', 'RUNNING', 'COMPLETING', 'REQUEUED', 'SUSPENDED'])(
    'waits while a job is %s',
    (state) => {
      expect(exitOfAccount(line({ state }), loss())).toBeUndefined();
    },
  );

  it('says of a state it does not know which one it is', () => {
    expect(exitOfAccount(line({ state: 'HIBERNATED' }), loss())).toMatchObject({
      outcome: 'lost',
      message: expect.stringContaining('HIBERNATED'),
    });
  });

  it('does not take the success of an allocation for that of a job without a status file', () => {
    expect(exitOfAccount(line(), loss())?.outcome).toBe('lost');
    expect(exitOfAccount(line(), loss({ claimed: false }))?.message).toMatch(/never started/);
  });

  it('lets a job that somebody signalled by hand speak for itself', () => {
    const interrupted = entry({ code: 143, signal: 'TERM' });

    expect(exitOfAccount(line(), loss({ entry: interrupted }))).toMatchObject({
      outcome: 'user-error',
      signal: 'SIGTERM',
    });
    expect(exitOfAccount(line(), loss({ entry: entry({ signal: 'TERM' }) }))).toMatchObject({
      outcome: 'succeeded',
    });
  });

  it('takes a job that SLURM ended for interrupted although it ended well', () => {
    const saved = entry({ code: 0, signal: 'TERM' });

    expect(exitOfAccount(line({ state: 'PREEMPTED' }), loss({ entry: saved }))?.outcome).toBe(
      'preempted',
    );
  });

  it('tells what did not have its turn from what failed', () => {
    const turn = loss({ claimed: false, shared: true });

    expect(exitOfAccount(line({ state: 'TIMEOUT' }), turn)).toMatchObject({
      outcome: 'node-failure',
      message: expect.stringContaining('before its turn'),
    });
  });

  it('tells what could not be launched from what failed', () => {
    const failed = line({ state: 'FAILED', code: 0, signal: 53, reason: 'JobLaunchFailure' });

    expect(exitOfAccount(failed, loss({ claimed: false }))).toMatchObject({
      outcome: 'submit-rejected',
      message: expect.stringMatching(/never came to the work \(exit code 0, signal 53, JobLaunch/),
    });
    expect(exitOfAccount(line({ state: 'FAILED', signal: 9 }), loss())).toMatchObject({
      outcome: 'user-error',
      signal: 'SIGKILL',
    });
    expect(exitOfAccount(line({ state: 'FAILED', code: 4 }), loss())?.code).toBe(4);
  });

  it('knows why a job ended that was to be ended', () => {
    const cancelled = line({ state: 'CANCELLED by 0' });
    expect(exitOfAccount(cancelled, loss({ forced: 'timeout', timeSeconds: 3 }))).toMatchObject({
      outcome: 'timeout',
    });
  });
});
