import {
  type FailureClass,
  isPlainObject,
  type JobExit,
  type JobKey,
  type JobStatus,
} from '@orchestrate/core';
import { type ContainerStatus, type Job, OURS, type Pod, said, timeOf } from './objects.ts';
import { endOf, holds, mainOf } from './pod-end.ts';

/** What is known of a job: its Job, and the pod of it that was made last. */
export interface Seen {
  readonly job: Job;
  readonly pod?: Pod | undefined;
  /** Whether a pod that is not seen is certain to be gone. */
  readonly isGone?: boolean;
}

/** Reasons for which a container waits that no waiting cures, and those that may pass. */
const HOPELESS = new Set(['InvalidImageName', 'ErrImageNeverPull']);
const STUCK = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/** What ends a job before its time, in the annotation that asks for it. */
export interface EndRequest {
  readonly outcome: FailureClass;
  readonly message: string;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What a Job is asked to end as. */
function endRequest(job: Job): EndRequest | undefined {
  const text = job.metadata.annotations?.[OURS.cancel];
  if (text === undefined) return undefined;
  try {
    const read: unknown = JSON.parse(text);
    if (isPlainObject(read) && typeof read['outcome'] === 'string')
      return { outcome: read['outcome'] as FailureClass, message: textOf(read['message']) };
  } catch {
    // Somebody else has written it; it is to end all the same.
  }
  return { outcome: 'cancelled', message: 'it was asked to end' };
}

/** Why a pod of a job that has not started waits, in the words of Kubernetes. */
export function waitReason({ job, pod }: Seen): string | undefined {
  if (pod === undefined) {
    const failed = job.status?.conditions?.find(({ type }) => type === 'FailureTarget');
    return failed?.message;
  }
  const unscheduled = pod.status?.conditions?.find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  );
  if (unscheduled !== undefined) return said(unscheduled.reason, unscheduled.message);
  const waiting = waitingContainer(pod)?.state?.waiting;
  return waiting === undefined ? undefined : said(waiting.reason, waiting.message);
}

function waitingContainer(pod: Pod): ContainerStatus | undefined {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  return [...initContainerStatuses, ...containerStatuses].find(({ state }) => state?.waiting);
}

/** Whether a pod cannot start as it is: for good, or perhaps only for now. */
export function unstartable({ pod }: Seen): 'for good' | 'for now' | undefined {
  const reason = pod === undefined ? undefined : waitingContainer(pod)?.state?.waiting?.reason;
  if (reason === undefined) return undefined;
  if (HOPELESS.has(reason)) return 'for good';
  return STUCK.has(reason) ? 'for now' : undefined;
}

function endedAtOf({ job, pod }: Seen): number | undefined {
  const finished = pod === undefined ? undefined : mainOf(pod)?.state?.terminated?.finishedAt;
  return timeOf(finished) ?? timeOf(job.status?.completionTime);
}

/** Whether a Job was asked to end, and its pods have. One that others have suspended may yet go on. */
export function isStopped(job: Job): boolean {
  const { active = 0, terminating = 0 } = job.status ?? {};
  return job.spec?.suspend === true && active + terminating === 0 && endRequest(job) !== undefined;
}

/** Whether a Job will do nothing more. */
export function isOver(job: Job): boolean {
  const { conditions } = job.status ?? {};
  const has = (type: string): boolean => holds(conditions, type) !== undefined;
  return isStopped(job) || has('Complete') || has('Failed');
}

/** How a job whose pod is gone ended; `undefined` while it has not. */
function jobEnd(job: Job, asked: EndRequest | undefined): JobExit | undefined {
  const { conditions } = job.status ?? {};
  if (isStopped(job)) return asked;
  if (holds(conditions, 'Complete')) return { outcome: 'succeeded', code: 0 };
  const failed = holds(conditions, 'Failed');
  if (failed === undefined) return undefined;
  const why = said(failed.reason, failed.message) ?? 'its Job failed';
  return asked ?? { outcome: 'preempted', message: `its pod was deleted (${why})` };
}

/** How a job ended; `undefined` while it has not. */
function exitOf(seen: Seen): JobExit | undefined {
  const { job, pod } = seen;
  const asked = endRequest(job);
  let exit: JobExit | undefined;
  if (pod === undefined) exit = seen.isGone === true ? jobEnd(job, asked) : undefined;
  else if (pod.status?.phase === 'Succeeded') exit = { outcome: 'succeeded', code: 0 };
  else if (pod.status?.phase === 'Failed') exit = asked ?? endOf(pod);
  const endedAt = endedAtOf(seen);
  return exit === undefined || endedAt === undefined ? exit : { ...exit, endedAt };
}

/** When the work began, and whether it is at it. */
function startOf(pod: Pod | undefined): {
  readonly startedAt?: number;
  readonly isRunning: boolean;
} {
  if (pod === undefined) return { isRunning: false };
  const { running, terminated } = mainOf(pod)?.state ?? {};
  const startedAt = timeOf(running?.startedAt ?? terminated?.startedAt);
  const isRunning = pod.status?.phase === 'Running' || running !== undefined;
  return startedAt === undefined ? { isRunning } : { startedAt, isRunning };
}

/** What a backend says of a job. */
export function statusOf(key: JobKey, seen: Seen): JobStatus {
  const exit = exitOf(seen);
  const { isRunning, ...started } = startOf(seen.pod);
  if (exit !== undefined) return { key, state: 'ended', ...started, exit };
  if (isRunning) return { key, state: 'running', ...started };
  if (seen.pod === undefined && isOver(seen.job))
    return { key, state: 'unknown', reason: 'its Job is over, and its pod has not been seen yet' };
  const reason = waitReason(seen);
  return { key, state: 'queued', ...(reason === undefined ? {} : { reason }) };
}
