import { describe, expect, it } from 'vitest';
import { hopelessReason, meaningOf } from './slurm-states.ts';

/** "JOB STATE CODES" of squeue(1), 25.05, and what each has to come to. */
const EXPECTED: Readonly<Record<string, string>> = {
  BOOT_FAIL: 'node-failure',
  CANCELLED: 'cancelled',
  COMPLETED: 'succeeded',
  COMPLETING: 'running',
  CONFIGURING: 'queued',
  DEADLINE: 'timeout',
  FAILED: 'user-error',
  LAUNCH_FAILED: 'node-failure',
  NODE_FAIL: 'node-failure',
  OUT_OF_MEMORY: 'out-of-memory',
  PENDING: 'queued',
  POWER_UP_NODE: 'queued',
  PREEMPTED: 'preempted',
  RECONFIG_FAIL: 'node-failure',
  REQUEUED: 'queued',
  REQUEUE_FED: 'queued',
  REQUEUE_HOLD: 'queued',
  RESIZING: 'running',
  RESV_DEL_HOLD: 'queued',
  REVOKED: 'node-failure',
  RUNNING: 'running',
  SIGNALING: 'running',
  SPECIAL_EXIT: 'queued',
  STAGE_OUT: 'running',
  STOPPED: 'running',
  SUSPENDED: 'running',
  TIMEOUT: 'timeout',
  UPDATE_DB: 'running',
};

describe('meaningOf', () => {
  it.each(Object.entries(EXPECTED))('takes %s for %s', (state, expected) => {
    const meaning = meaningOf(state);

    const [said, why] =
      meaning?.phase === 'failed' ? [meaning.failure, meaning.why] : [meaning?.phase, 'no failure'];

    expect(said).toBe(expected);
    expect(why).not.toBe('');
  });

  it('understands what SLURM adds to a state', () => {
    expect(meaningOf('CANCELLED by 1000')).toMatchObject({ failure: 'cancelled' });
    expect(meaningOf('RUNNING+')).toMatchObject({ phase: 'running' });
  });

  it.each(['', 'HIBERNATING', 'constructor', '__proto__', 'running'])(
    'does not know %j',
    (state) => {
      expect(meaningOf(state)).toBeUndefined();
    },
  );
});

describe('hopelessReason', () => {
  it('gives up only where waiting cannot help', () => {
    expect(hopelessReason('DependencyNeverSatisfied')?.why).toMatch(/can never end/);
    expect(hopelessReason('PartitionTimeLimit')).toMatchObject({ failure: 'submit-rejected' });
    for (const reason of ['launch failed requeued held', 'launch_failed_requeued_held']) {
      expect(hopelessReason(reason)).toMatchObject({ failure: 'node-failure' });
    }
    for (const reason of [
      'Resources',
      'Priority',
      'JobHeldUser',
      'BeginTime',
      'PartitionConfig',
      'QOSMaxJobsPerUserLimit',
      'toString',
    ]) {
      expect(hopelessReason(reason)).toBeUndefined();
    }
  });
});
