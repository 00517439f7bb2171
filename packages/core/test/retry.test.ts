import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  backoffSeconds,
  DEFAULT_RETRY,
  decideRetry,
  escalate,
  FAILURE_CLASSES,
  failureOrigin,
  type RetryPolicy,
} from '../src/index.ts';

const middle = () => 0.5;
const policy: RetryPolicy = { ...DEFAULT_RETRY, attempts: 3 };

describe('decideRetry', () => {
  it('gives up when the work itself says by its exit code that another attempt is in vain', () => {
    const policy = { ...DEFAULT_RETRY, attempts: 5, finalCodes: [79] };
    const counts = { charged: 1, uncharged: 0 };

    expect(decideRetry(policy, 'user-error', { ...counts, code: 79 }, middle)).toEqual({
      again: false,
    });
    expect(decideRetry(policy, 'user-error', { ...counts, code: 1 }, middle).again).toBe(true);
    expect(decideRetry(policy, 'timeout', { ...counts, code: 79 }, middle).again).toBe(true);
  });

  it('gives a task without a policy no second attempt for its own fault', () => {
    expect(decideRetry(DEFAULT_RETRY, 'user-error', { charged: 1, uncharged: 0 }, middle)).toEqual({
      again: false,
    });
  });

  it('counts this failure: three attempts are two repetitions', () => {
    expect(decideRetry(policy, 'timeout', { charged: 2, uncharged: 0 }, middle).again).toBe(true);
    expect(decideRetry(policy, 'timeout', { charged: 3, uncharged: 0 }, middle).again).toBe(false);
  });

  it('repeats only the classes the policy names', () => {
    const picky: RetryPolicy = { ...policy, on: ['timeout'] };

    expect(decideRetry(picky, 'user-error', { charged: 1, uncharged: 0 }, middle).again).toBe(
      false,
    );
  });

  it('never charges infrastructure trouble to the attempts', () => {
    const counts = { charged: 99, uncharged: 1 };

    expect(decideRetry(policy, 'node-failure', counts, middle).again).toBe(true);
  });

  it('loses patience with infrastructure in the end', () => {
    const impatient: RetryPolicy = { ...policy, infrastructureAttempts: 2 };

    expect(decideRetry(impatient, 'lost', { charged: 0, uncharged: 2 }, middle).again).toBe(false);
  });

  it('never repeats what was cancelled on purpose', () => {
    expect(decideRetry(policy, 'cancelled', { charged: 0, uncharged: 0 }, middle).again).toBe(
      false,
    );
  });

  it('always waits a time within the bounds of the back-off', () => {
    const { delay } = policy;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (n, drawn) => {
          const seconds = backoffSeconds(delay, n, () => drawn);
          expect(seconds).toBeGreaterThanOrEqual(0);
          expect(seconds).toBeLessThanOrEqual(delay.maxSeconds * (1 + delay.jitter));
        },
      ),
    );
  });
});

describe('escalate', () => {
  const growing: RetryPolicy = {
    ...policy,
    memory: { factor: 2, max: 6000 },
    time: { factor: 1.5 },
  };

  it('grows only what ran out', () => {
    const next = escalate({ memoryBytes: 1000, timeSeconds: 60, cpus: 2 }, growing, {
      memory: 2,
      time: 0,
    });

    expect(next).toEqual({ memoryBytes: 4000, timeSeconds: 60, cpus: 2 });
  });

  it('stops at the cap', () => {
    expect(escalate({ memoryBytes: 1000 }, growing, { memory: 9, time: 0 }).memoryBytes).toBe(6000);
  });

  it('does not invent a resource that was not asked for', () => {
    expect(escalate({ cpus: 1 }, growing, { memory: 1, time: 1 })).toEqual({ cpus: 1 });
  });
});

describe('failureOrigin', () => {
  it('knows every class', () => {
    const origins = FAILURE_CLASSES.map((failure) => failureOrigin(failure));

    expect(origins).not.toContain(undefined);
    expect(new Set(origins)).toEqual(new Set(['user', 'resource', 'infrastructure', 'intent']));
  });
});
