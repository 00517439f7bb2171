import type { RunId } from '@orchestrate/core';
import type { Fact } from '@orchestrate/engine';
import { describe, expect, it } from 'vitest';
import { RunTally } from './run-tally.ts';
import { SetTimes } from './set-times.ts';

function setRecord(name: string, first: number, size: number) {
  return { name, first, size, digest: '', backend: 'local' };
}

/** Folds facts one second apart, the first at 1,000,000 ms. */
function tallyOf(...facts: readonly Fact[]): RunTally {
  const tally = new RunTally();
  for (const [sequence, fact] of facts.entries()) {
    tally.add({ sequence, at: 1_000_000 + sequence * 1000, fact });
  }
  return tally;
}

const began: Fact = { type: 'sets-added', sets: [setRecord('a.x', 0, 10)] };
const submitted: Fact = {
  type: 'submitting',
  backend: 'local',
  jobs: [
    { job: 0, tasks: [0, 1] },
    { job: 1, tasks: [[2, 4]] },
  ],
};

describe('RunTally', () => {
  it('follows tasks from state to state', () => {
    const tally = tallyOf(
      began,
      submitted,
      { type: 'queued', jobs: [0, 1] },
      { type: 'started', jobs: [0] },
      { type: 'succeeded', tasks: [0] },
    );

    expect(tally.total).toBe(10);
    expect(tally.count('pending')).toBe(5);
    expect(tally.count('queued')).toBe(3);
    expect(tally.count('running')).toBe(1);
    expect(tally.count('succeeded')).toBe(1);
    expect(tally.ended).toBe(1);
  });

  it('keeps a job until its last task has ended, oldest start first', () => {
    const tally = tallyOf(
      began,
      submitted,
      { type: 'started', jobs: [1] },
      { type: 'started', jobs: [0] },
      { type: 'succeeded', tasks: [[2, 3]] },
    );

    expect([...tally.running.values()]).toEqual([
      { job: 1, firstTask: 2, open: 1, startedAt: 1_002_000 },
      { job: 0, firstTask: 0, open: 2, startedAt: 1_003_000 },
    ]);

    const after = tallyOf(began, submitted, { type: 'succeeded', tasks: [0, 1, [2, 4]] });
    expect(after.running.size).toBe(0);
  });

  it('does not move ended tasks when their job is withdrawn or doubted', () => {
    const tally = tallyOf(
      began,
      submitted,
      { type: 'started', jobs: [1] },
      { type: 'succeeded', tasks: [2] },
      { type: 'doubted', jobs: [1], reason: 'no answer' },
    );
    expect(tally.count('unknown')).toBe(2);

    tally.add({
      sequence: 9,
      at: 2_000_000,
      fact: { type: 'withdrawn', jobs: [1], reason: 'gone' },
    });
    expect(tally.count('ready')).toBe(2);
    expect(tally.count('succeeded')).toBe(1);
    expect(tally.running.has(1)).toBe(false);
  });

  it('tells failures that are tried again from those that are final', () => {
    const failure = { failure: 'user-error', message: 'exited with code 1' } as const;
    const tally = tallyOf(
      began,
      submitted,
      { type: 'attempt-failed', task: 0, again: true, delaySeconds: 1, ...failure },
      { type: 'attempt-failed', task: 1, again: false, ...failure },
      { type: 'skipped', tasks: [[5, 9]], because: 1 },
    );

    expect(tally.count('waiting')).toBe(1);
    expect(tally.count('failed')).toBe(1);
    expect(tally.count('skipped')).toBe(5);
    expect(tally.ended).toBe(6);
  });

  it('ignores entries it has seen', () => {
    const tally = tallyOf(began, submitted);
    tally.add({ sequence: 1, at: 0, fact: submitted });
    tally.add({ sequence: 0, at: 0, fact: began });

    expect(tally.total).toBe(10);
    expect(tally.count('submitting')).toBe(5);
  });

  it('measures the rate over the last half minute', () => {
    const tally = tallyOf(began, { type: 'succeeded', tasks: [[0, 9]] });

    expect(tally.tasksPerSecond(1_006_000)).toBeCloseTo(2);
    expect(tally.tasksPerSecond(1_060_000)).toBe(0);
  });

  it('does not count reuse as work', () => {
    const from = 'aaaaaaaa' as RunId;
    const tally = tallyOf(began, { type: 'reused', from, tasks: [[0, 9]] });

    expect(tally.ended).toBe(10);
    expect(tally.tasksPerSecond(1_002_000)).toBe(0);
  });

  it('remembers paused backends until they are back', () => {
    const pause: Fact = {
      type: 'backend-paused',
      backend: 'hpc',
      reason: 'login refused',
      untilAsked: false,
    };

    expect([...tallyOf(pause).paused]).toEqual([['hpc', 'login refused']]);
    expect(tallyOf(pause, { type: 'backend-resumed', backend: 'hpc' }).paused.size).toBe(0);
  });
});

describe('SetTimes', () => {
  it('spans a set from its first submission to its last end', () => {
    const times = new SetTimes();
    const facts: readonly Fact[] = [
      { type: 'sets-added', sets: [setRecord('a.x', 0, 2), setRecord('a.y', 2, 3)] },
      { type: 'submitting', backend: 'local', jobs: [{ job: 0, tasks: [0] }] },
      { type: 'submitting', backend: 'local', jobs: [{ job: 1, tasks: [[2, 4]] }] },
      { type: 'succeeded', tasks: [0, [2, 4]] },
      { type: 'succeeded', tasks: [1] },
    ];
    for (const [sequence, fact] of facts.entries()) {
      times.add({ sequence, at: sequence * 1000, fact });
    }

    expect([...times.seconds()]).toEqual([
      ['a.x', 3],
      ['a.y', 1],
    ]);
  });

  it('counts only the time of the latest leader', () => {
    const times = new SetTimes();
    const submitting = (task: number): Fact => ({
      type: 'submitting',
      backend: 'local',
      jobs: [{ job: task, tasks: [task] }],
    });
    const facts: readonly Fact[] = [
      { type: 'sets-added', sets: [setRecord('a.x', 0, 2), setRecord('a.y', 2, 1)] },
      submitting(0),
      submitting(2),
      { type: 'succeeded', tasks: [0, 2] },
      { type: 'leader-began', pid: 1, host: 'h' },
      submitting(1),
      { type: 'succeeded', tasks: [1] },
    ];
    for (const [sequence, fact] of facts.entries()) {
      times.add({ sequence, at: sequence * sequence * 1000, fact });
    }

    expect([...times.seconds()]).toEqual([['a.x', 11]]);
  });
});
