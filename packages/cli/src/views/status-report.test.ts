import type { RunId } from '@orchestrate/core';
import type { RunLine, RunView } from '@orchestrate/engine';
import { describe, expect, it } from 'vitest';
import { chooseSigns, plainPaint } from '../output/paint.ts';
import type { ReportLook } from './run-report.ts';
import { renderStatus } from './status-report.ts';

const look: ReportLook = {
  paint: plainPaint,
  signs: chooseSigns({ LANG: 'en_GB.UTF-8' }),
  width: 100,
  path: (path) => path,
};

const counts = { running: 2, queued: 2, pending: 8 } as const;
const view: RunView = {
  run: 'k3xq9a2b' as RunId,
  name: 'demo',
  beganAt: 0,
  through: 9,
  sets: [{ name: 'sweep.model', backend: 'local', first: 0, size: 12, counts }],
  total: 12,
  counts,
  liveJobs: 4,
  startedJobs: 2,
  waits: [],
  paused: [],
  refused: [],
  tasksPerSecond: 0,
  failures: [],
};
const line: RunLine = { run: view.run, name: 'demo', beganAt: 0, state: 'unfinished' };

describe('renderStatus', () => {
  it('tells, of a run whose leader was killed, what had started from what was queued', () => {
    const [head = '', progress, , titles, row] = renderStatus(view, line, 1000, look);

    expect(head).toContain('nobody leads it; 2 jobs may still be alive; 2 jobs were queued');
    expect(progress).toBe('2 running · 2 queued · 8 waiting');
    expect(titles?.split(/\s+/).slice(0, 5)).toEqual([
      'set',
      'tasks',
      'waiting',
      'queued',
      'running',
    ]);
    expect(row?.split(/\s+/).slice(0, 5)).toEqual(['sweep.model', '12', '8', '2', '2']);
  });

  it('tells why jobs wait in queues, in the words of their backend', () => {
    const waits = [
      { reason: 'Resources', jobs: 3 },
      { reason: 'QOSMaxJobsPerUserLimit', jobs: 1 },
    ];
    const lines = renderStatus({ ...view, waits }, line, 1000, look);

    expect(lines).toContain('3 jobs wait in the queue: Resources');
    expect(lines).toContain('1 job waits in the queue: QOSMaxJobsPerUserLimit');
  });

  it('tells why a backend takes no jobs, before it is paused and when it is', () => {
    const refused = [{ backend: 'hpc', reason: '/scratch has no room' }];
    const asked = renderStatus({ ...view, refused }, line, 1000, look);
    const paused = renderStatus({ ...view, paused: refused }, line, 1000, look);

    expect(asked).toContain('! hpc took no jobs, and is asked again: /scratch has no room');
    expect(paused).toContain('! hpc is paused: /scratch has no room');
  });
});
