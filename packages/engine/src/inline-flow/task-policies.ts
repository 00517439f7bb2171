import {
  type Backoff,
  DEFAULT_RETRY,
  type Escalation,
  type RetryPolicy,
  type TaskSet,
} from '@orchestrate/core';
import type { TaskConfig } from './task-schema.ts';

type RetryObject = Exclude<NonNullable<TaskConfig['retry']>, { attempts: number; on?: never }>;

function backoff(retry: Partial<RetryObject>): Backoff {
  const { delay } = DEFAULT_RETRY;
  return {
    seconds: retry.delay ?? delay.seconds,
    factor: retry.factor ?? delay.factor,
    maxSeconds: retry.maxDelay ?? Math.max(delay.maxSeconds, retry.delay ?? 0),
    jitter: retry.jitter ?? delay.jitter,
  };
}

function grows(
  kind: 'memory' | 'time',
  given: RetryObject['memory'],
): { [K in 'memory' | 'time']?: Escalation } {
  if (given === undefined) return {};
  return {
    [kind]: { factor: given.factor, ...(given.max === undefined ? {} : { max: given.max }) },
  };
}

function retryPolicy(config: NonNullable<TaskConfig['retry']>): RetryPolicy {
  const retry: Partial<RetryObject> = config;
  return {
    attempts: config.attempts,
    on: retry.on ?? DEFAULT_RETRY.on,
    ...(retry.finalCodes === undefined ? {} : { finalCodes: retry.finalCodes }),
    delay: backoff(retry),
    ...grows('memory', retry.memory),
    ...grows('time', retry.time),
    infrastructureAttempts:
      retry.infrastructureAttempts ?? DEFAULT_RETRY.infrastructureAttempts ?? 20,
  };
}

/** The part of a set that its configuration gives as it is. */
export function policies(config: TaskConfig): Partial<TaskSet> {
  const { backend, reuse, limits, priority, retry, check, queueTimeout, idleTimeout } = config;
  return {
    ...(backend === undefined ? {} : { backend }),
    ...(reuse === undefined ? {} : { reuse }),
    ...(limits === undefined ? {} : { limits }),
    ...(priority === undefined ? {} : { priority }),
    ...(retry === undefined ? {} : { retry: retryPolicy(retry) }),
    ...(check === undefined
      ? {}
      : { check: { everySeconds: check.every, timeoutSeconds: check.timeout } }),
    ...(queueTimeout === undefined ? {} : { queueSeconds: queueTimeout }),
    ...(idleTimeout === undefined ? {} : { idleSeconds: idleTimeout }),
  };
}
