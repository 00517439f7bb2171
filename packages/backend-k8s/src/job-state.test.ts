import { jobKey, runIdFrom } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { statusOf, unstartable } from './job-state.ts';
import { type Job, OURS, type Pod, type Terminated } from './objects.ts';

const key = jobKey(runIdFrom(new Uint8Array([1, 2, 3, 4, 5])), 7);
const job = (more: Partial<Job> = {}): Job => ({ metadata: { name: key }, ...more });

function pod(status: Pod['status']): Pod {
  return { metadata: { name: `${key}-x` }, ...(status === undefined ? {} : { status }) };
}

const ended = (terminated: Partial<Terminated>, more: Pod['status'] = {}): Pod =>
  pod({
    phase: 'Failed',
    containerStatuses: [{ name: 'main', state: { terminated: { exitCode: 1, ...terminated } } }],
    ...more,
  });

const exit = (given: Pod, of: Job = job()) => statusOf(key, { job: of, pod: given }).exit;

describe('the end of a job', () => {
  it.each([
    [
      'exit code',
      ended({ exitCode: 3 }),
      { outcome: 'user-error', code: 3, message: 'exit code 3' },
    ],
    ['signal', ended({ exitCode: 134 }), { outcome: 'user-error', signal: 'SIGABRT' }],
    ['memory', ended({ exitCode: 137, reason: 'OOMKilled' }), { outcome: 'out-of-memory' }],
    [
      'time',
      ended({ exitCode: 143 }, { reason: 'DeadlineExceeded', message: 'Pod was active too long' }),
      { outcome: 'timeout', message: 'DeadlineExceeded: Pod was active too long' },
    ],
    [
      'eviction for want of the node',
      ended({}, { reason: 'Evicted', message: 'The node was low on resource: memory.' }),
      { outcome: 'preempted' },
    ],
    [
      'eviction for its own scratch space',
      ended(
        {},
        { reason: 'Evicted', message: 'Pod ephemeral local storage usage exceeds the total limit' },
      ),
      { outcome: 'user-error' },
    ],
    [
      'preemption',
      ended(
        { exitCode: 143 },
        {
          conditions: [
            { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' },
          ],
        },
      ),
      { outcome: 'preempted' },
    ],
    [
      'a node that is gone',
      ended(
        { exitCode: 137 },
        {
          conditions: [
            { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager' },
          ],
        },
      ),
      { outcome: 'node-failure' },
    ],
    [
      'nobody knows',
      ended({ reason: 'ContainerStatusUnknown', exitCode: 137 }),
      { outcome: 'node-failure' },
    ],
    [
      'a program that is not there',
      ended({ exitCode: 128, reason: 'StartError', message: 'exec: "x": not found' }),
      { outcome: 'user-error', message: 'StartError: exec: "x": not found' },
    ],
    [
      'a pod that somebody deleted',
      {
        ...ended({ exitCode: 143 }),
        metadata: { name: 'x', deletionTimestamp: '2026-01-01T00:00:00Z' },
      },
      { outcome: 'preempted', message: 'its pod was deleted' },
    ],
    ['success', pod({ phase: 'Succeeded' }), { outcome: 'succeeded', code: 0 }],
  ])('is classed: %s', (_what, given, expected) => {
    expect(exit(given)).toMatchObject(expected);
  });

  it('is what was asked for, unless the work was done before', () => {
    const request = JSON.stringify({ outcome: 'timeout', message: 'too late' });
    const asked = job({ metadata: { name: key, annotations: { [OURS.cancel]: request } } });

    expect(exit(ended({ exitCode: 137 }), asked)).toMatchObject({
      outcome: 'timeout',
      message: 'too late',
    });
    expect(exit(pod({ phase: 'Succeeded' }), asked)).toMatchObject({ outcome: 'succeeded' });
  });

  it('is known from the Job alone when the pod is gone', () => {
    const failed = job({
      status: { conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }] },
    });
    const complete = job({ status: { conditions: [{ type: 'Complete', status: 'True' }] } });

    const isGone = true;
    expect(statusOf(key, { job: failed, isGone }).exit).toMatchObject({ outcome: 'preempted' });
    expect(statusOf(key, { job: complete, isGone }).exit).toMatchObject({ outcome: 'succeeded' });
    expect(statusOf(key, { job: job() })).toEqual({ key, state: 'queued' });
  });
});

describe('a Job that is over whose pod has not been seen yet', () => {
  it.each(['Complete', 'Failed'])('is not taken as ended: %s', (type) => {
    const over = job({ status: { conditions: [{ type, status: 'True' }] } });
    expect(statusOf(key, { job: over })).toEqual({
      key,
      state: 'unknown',
      reason: 'its Job is over, and its pod has not been seen yet',
    });
  });

  it('waits when somebody else has suspended it', () => {
    const { spec, ...rest } = job();
    expect(statusOf(key, { job: { ...rest, spec: { ...spec, suspend: true } } }).state).toBe(
      'queued',
    );
  });
});

describe('a job that waits', () => {
  it('has the words of the scheduler', () => {
    const message = '0/3 nodes are available: 3 Insufficient memory.';
    const waiting = pod({
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
    });

    expect(statusOf(key, { job: job(), pod: waiting })).toEqual({
      key,
      state: 'queued',
      reason: `Unschedulable: ${message}`,
    });
  });

  it.each([
    ['ErrImageNeverPull', 'for good'],
    ['ImagePullBackOff', 'for now'],
    ['CreateContainerConfigError', 'for now'],
    ['ContainerCreating', undefined],
  ] as const)('cannot start with %s: %s', (reason, verdict) => {
    const waiting = pod({
      phase: 'Pending',
      containerStatuses: [{ name: 'main', state: { waiting: { reason } } }],
    });

    expect(unstartable({ job: job(), pod: waiting })).toBe(verdict);
  });
});
