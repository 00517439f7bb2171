import type { JobSpec, SubmitOutcome, TaskSet } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import type { RunOptions, RunRequest, RunSummary } from '../../src/drive/run-types.ts';
import { startRun } from '../../src/drive/start-run.ts';
import type { RunSettings } from '../../src/project/loaded-project.ts';
import { PROGRAMS } from '../support/chain.ts';
import { JumpingTime } from '../support/jumping-time.ts';
import { ProgramBackend } from '../support/program-backend.ts';
import { ProjectFolder, requestFor, setOf } from '../support/project.ts';

const command = (word: string) => ({ work: { kind: 'command', argv: [word] } }) as const;

/** One task that fails, and ten behind one slot that have nothing to do with it. */
function sets(): TaskSet[] {
  const limits = { slot: 1 };
  const more = { hasInputs: false, hasOutputs: false, limits };
  return [
    setOf('flow.bad', [command('fail')], { ...more, priority: 1 }),
    setOf(
      'flow.good',
      Array.from({ length: 10 }, () => command('nothing')),
      more,
    ),
  ];
}

async function finished(settings: RunSettings, options: RunOptions): Promise<RunSummary> {
  using folder = new ProjectFolder();
  const backend = new ProgramBackend(PROGRAMS);
  const request = requestFor(folder, sets(), { backend, limits: { slot: 1 } });
  const loaded = { ...request.loaded, settings };
  return await (await startRun({ ...request, loaded, options })).done;
}

const goodOf = (summary: RunSummary) => summary.sets.find(({ name }) => name === 'flow.good');

describe('after a failure', () => {
  it('the rest goes on, unless told otherwise', async () => {
    const summary = await finished({ keepGoing: true }, {});

    expect(summary.outcome).toBe('failed');
    expect(goodOf(summary)).toMatchObject({ succeeded: 10, cancelled: 0 });
  });

  it.each([
    ['the project says `run.keepGoing: false`', { keepGoing: false }, {}],
    ['the call says --fail-fast', { keepGoing: true }, { failFast: true }],
  ])('nothing new is started when %s', async (_who, settings, options) => {
    const summary = await finished(settings, options);

    expect(summary.outcome).toBe('failed');
    expect(goodOf(summary)?.succeeded).toBeLessThan(2);
    expect(goodOf(summary)?.cancelled).toBeGreaterThan(8);
  });
});

describe('a backend that takes nothing', () => {
  class Closed extends ProgramBackend {
    override async submit(jobs: readonly JobSpec[]): Promise<readonly SubmitOutcome[]> {
      return jobs.map(({ key }) => ({ key, outcome: 'busy', reason: 'closed' }));
    }
  }

  it.each([
    [undefined, 3600],
    [300, 300],
    [40_000, 40_000],
  ])('is borne with for `run.patience` %s: %d s', async (patienceSeconds, expected) => {
    using folder = new ProjectFolder();
    const time = new JumpingTime();
    const request = requestFor(folder, sets(), {
      backend: new Closed(PROGRAMS),
      limits: { slot: 1 },
    });
    const settings = {
      keepGoing: true,
      ...(patienceSeconds === undefined ? {} : { patienceSeconds }),
    };
    const asked: RunRequest = {
      ...request,
      loaded: { ...request.loaded, settings },
      clock: time,
      timers: time,
      random: () => 0.5,
    };

    const summary = await (await startRun(asked)).done;

    expect(summary).toMatchObject({
      outcome: 'stopped',
      reason: `nothing could go on for ${expected} s: here (closed)`,
    });
  });
});
