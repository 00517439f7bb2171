import type { Fact, JournalEntry } from '@orchestrate/engine';
import { describe, expect, it } from 'vitest';
import { AttemptFold, runSeconds } from './attempts.ts';

function fold(...facts: readonly (readonly [at: number, fact: Fact])[]): AttemptFold {
  const attempts = new AttemptFold();
  facts.forEach(([at, fact], sequence) => {
    const entry: JournalEntry = { sequence, at, fact };
    attempts.feed(entry);
  });
  return attempts;
}

function submitting(job: number, tasks: Extract<Fact, { type: 'succeeded' }>['tasks']): Fact {
  return { type: 'submitting', backend: 'local', jobs: [{ job, tasks }] };
}

describe('the attempts of a run', () => {
  it('are told with their waiting, running and end', () => {
    const { attempts } = fold(
      [0, submitting(0, [7])],
      [100, { type: 'queued', jobs: [0] }],
      [400, { type: 'started', jobs: [0] }],
      [
        900,
        {
          type: 'attempt-failed',
          task: 7,
          failure: 'timeout',
          message: 'late',
          again: true,
          usage: { cpuSeconds: 2 },
        },
      ],
      [1000, submitting(1, [7])],
      [1100, { type: 'started', jobs: [1] }],
      [3100, { type: 'succeeded', tasks: [7], usage: [[7, { cpuSeconds: 4 }]] }],
    );

    expect(attempts).toMatchObject([
      {
        number: 1,
        submittedAt: 0,
        startedAt: 400,
        endedAt: 900,
        end: 'failed',
        failure: 'timeout',
        cpuSeconds: 2,
      },
      {
        number: 2,
        submittedAt: 1000,
        startedAt: 1100,
        endedAt: 3100,
        end: 'succeeded',
        cpuSeconds: 4,
      },
    ]);
  });

  it('of a pack share its time, as its calls follow each other', () => {
    const { attempts } = fold(
      [0, submitting(0, [[0, 3]])],
      [1000, { type: 'started', jobs: [0] }],
      [3000, { type: 'succeeded', tasks: [0, 1] }],
      [4000, { type: 'attempt-failed', task: 2, failure: 'user-error', message: '', again: false }],
      [4500, { type: 'succeeded', tasks: [3] }],
    );

    expect(attempts.map((attempt) => runSeconds(attempt, 4500))).toEqual([1, 1, 1, 0.5]);
  });

  it('that never started, were withdrawn or are open say so', () => {
    const { attempts } = fold(
      [0, submitting(0, [0])],
      [0, submitting(1, [1])],
      [0, submitting(2, [2])],
      [50, { type: 'withdrawn', jobs: [0], reason: 'gone' }],
      [60, { type: 'cancelled', tasks: [1] }],
      [70, { type: 'started', jobs: [2] }],
    );

    expect(attempts.map(({ end }) => end)).toEqual(['withdrawn', 'cancelled', 'open']);
    expect(attempts.map((attempt) => runSeconds(attempt, 570))).toEqual([
      undefined,
      undefined,
      0.5,
    ]);
  });

  it('fail before they were handed over', () => {
    const { attempts } = fold([
      5,
      { type: 'attempt-failed', task: 1, failure: 'user-error', message: 'no input', again: false },
    ]);

    expect(attempts).toMatchObject([{ task: 1, submittedAt: 5, endedAt: 5, end: 'failed' }]);
  });
});
