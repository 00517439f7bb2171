import { type FailureClass, failureOrigin } from './failure.ts';
import type { Random } from './ports.ts';
import type { Resources } from './resources.ts';

/** Exponential back-off: `seconds * factor^(n-1)`, at most `maxSeconds`, spread by +-`jitter`. */
export interface Backoff {
  readonly seconds: number;
  readonly factor: number;
  readonly maxSeconds: number;
  /** Fraction in [0, 1]. */
  readonly jitter: number;
}

/** How a resource grows from one attempt to the next. */
export interface Escalation {
  /** Multiplies the resource after each failure of its class. */
  readonly factor: number;
  /** Never beyond this, in the resource's own unit. */
  readonly max?: number;
}

/** What happens after a failure. */
export interface RetryPolicy {
  /** Attempts in all that `user` and `resource` failures may use up; 1 = no retry. */
  readonly attempts: number;
  /** The user and resource classes worth another attempt. */
  readonly on: readonly FailureClass[];
  /** Exit codes by which the work itself, when it fails as `user-error`, says that another attempt would be in vain. */
  readonly finalCodes?: readonly number[];
  readonly delay: Backoff;
  /** After `out-of-memory`: factor on `memoryBytes`, cap in bytes. */
  readonly memory?: Escalation;
  /** After `timeout`: factor on `timeSeconds`, cap in seconds. */
  readonly time?: Escalation;
  /** How often infrastructure may take an attempt away before the task is given up as failed. Default 20. */
  readonly infrastructureAttempts?: number;
}

/** The policy of a task that says nothing: no second attempt for its own faults, patience with everybody else's. */
export const DEFAULT_RETRY: RetryPolicy = {
  attempts: 1,
  on: ['user-error', 'timeout', 'out-of-memory'],
  delay: { seconds: 1, factor: 2, maxSeconds: 300, jitter: 0.2 },
  infrastructureAttempts: 20,
};

/** How often a task has failed so far, this failure included. */
export interface FailureCounts {
  /** Failures whose origin is `user` or `resource`. */
  readonly charged: number;
  /** Failures whose origin is `infrastructure`. */
  readonly uncharged: number;
  /** Exit code of this failure, where there is one. */
  readonly code?: number | undefined;
}

/** The verdict over one failure. */
export type RetryDecision =
  | { readonly again: true; readonly delaySeconds: number }
  | { readonly again: false };

/** Seconds to wait before the `n`-th repetition (1 = first), jitter drawn from `random`. */
export function backoffSeconds(backoff: Backoff, n: number, random: Random): number {
  const plain = Math.min(
    backoff.maxSeconds,
    backoff.seconds * backoff.factor ** Math.max(0, n - 1),
  );
  return plain * (1 + backoff.jitter * (2 * random() - 1));
}

/** Whether and when a task is tried again after it failed in this way. Pure: chance is handed in. */
export function decideRetry(
  policy: RetryPolicy,
  failure: FailureClass,
  counts: FailureCounts,
  random: Random,
): RetryDecision {
  const origin = failureOrigin(failure);
  if (origin === 'intent') return { again: false };
  if (origin === 'infrastructure') {
    if (counts.uncharged >= (policy.infrastructureAttempts ?? 20)) return { again: false };
    return { again: true, delaySeconds: backoffSeconds(policy.delay, counts.uncharged, random) };
  }
  if (!policy.on.includes(failure) || counts.charged >= policy.attempts) return { again: false };
  const { code } = counts;
  if (failure === 'user-error' && code !== undefined && policy.finalCodes?.includes(code) === true)
    return { again: false };
  return { again: true, delaySeconds: backoffSeconds(policy.delay, counts.charged, random) };
}

function grown(
  amount: number | undefined,
  escalation: Escalation | undefined,
  times: number,
): number | undefined {
  if (amount === undefined || escalation === undefined || times === 0) return amount;
  return Math.min(escalation.max ?? Number.POSITIVE_INFINITY, amount * escalation.factor ** times);
}

/** The resources of the next attempt, given how often each resource has run out before. */
export function escalate(
  resources: Resources,
  policy: RetryPolicy,
  ranOut: { readonly memory: number; readonly time: number },
): Resources {
  const memoryBytes = grown(resources.memoryBytes, policy.memory, ranOut.memory);
  const timeSeconds = grown(resources.timeSeconds, policy.time, ranOut.time);
  return {
    ...resources,
    ...(memoryBytes === undefined ? {} : { memoryBytes: Math.ceil(memoryBytes) }),
    ...(timeSeconds === undefined ? {} : { timeSeconds: Math.ceil(timeSeconds) }),
  };
}
