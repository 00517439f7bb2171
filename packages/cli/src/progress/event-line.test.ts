import type { Fact, Names } from '@orchestrate/engine';
import { describe, expect, it } from 'vitest';
import { eventLine } from './event-line.ts';

const names: Names = {
  task: (task) => `a.x/${task}`,
  place: (task) => ({ set: 'a.x', index: task }),
};

function lineOf(fact: Fact) {
  return eventLine({ sequence: 7, at: 1000, fact }, names);
}

describe('eventLine', () => {
  it('keeps the fact and adds names for its numbers', () => {
    expect(lineOf({ type: 'succeeded', tasks: [1, [4, 6]], fingerprints: 'AAAA' })).toEqual({
      level: 'info',
      message: 'tasks succeeded',
      facts: {
        sequence: 7,
        at: 1000,
        type: 'succeeded',
        tasks: [1, [4, 6]],
        taskCount: 4,
        names: ['a.x/1', 'a.x/4', 'a.x/5', 'a.x/6'],
      },
    });
  });

  it('names the first twenty of many and leaves what is said of each to the journal', () => {
    const { facts } = lineOf({ type: 'succeeded', tasks: [[0, 999_999]], results: [[0, 1]] });

    expect(facts['taskCount']).toBe(1_000_000);
    expect(facts['names']).toHaveLength(20);
    expect(facts).not.toHaveProperty('results');
  });

  it('is loud about failures, and less so about those that are tried again', () => {
    const failure = {
      type: 'attempt-failed',
      task: 3,
      failure: 'timeout',
      message: 'too long',
    } as const;

    expect(lineOf({ ...failure, again: true })).toMatchObject({ level: 'warn' });
    expect(lineOf({ ...failure, again: false })).toMatchObject({
      level: 'error',
      facts: { name: 'a.x/3', failure: 'timeout' },
    });
  });

  it('names what a skipped task was skipped for', () => {
    expect(lineOf({ type: 'skipped', tasks: [8], because: 3 }).facts['becauseName']).toBe('a.x/3');
    expect(lineOf({ type: 'skipped', tasks: [8], because: -1 }).facts).not.toHaveProperty(
      'becauseName',
    );
  });
});
