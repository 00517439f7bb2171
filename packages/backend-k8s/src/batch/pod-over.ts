import type { JobExit } from '@orchestrate/core';
import { isStopped } from '../job-state.ts';
import type { Job, Pod } from '../objects.ts';
import { endOf, holds } from '../pod-end.ts';

/** Label by which the Job controller says which pod of an Indexed Job a pod is. */
const INDEX = 'batch.kubernetes.io/job-completion-index';

/** What the cluster says of a batch; without a Job it is gone, or not there yet. */
export interface BatchSight {
  readonly job: Job | undefined;
  readonly pods: readonly Pod[];
  /** Whether a pod that is not among them is certain to be gone. */
  readonly isGone: (index: number) => boolean;
}

/** How a pod is over: as what its running job ended, and why for those that it never came to. */
export interface Over {
  readonly running: JobExit;
  readonly why: string;
}

/** Which pod of its batch a pod is. */
export function indexOf(pod: Pod): number {
  return Number(pod.metadata.labels?.[INDEX] ?? Number.NaN);
}

/** Whether `1,3-5` has a number. */
export function hasIndex(ranges: string | undefined, index: number): boolean {
  return (ranges ?? '').split(',').some((range) => {
    const [first = '', last = first] = range.split('-');
    return first !== '' && Number(first) <= index && index <= Number(last);
  });
}

const takenAway = (why: string): Over => ({ running: { outcome: 'preempted', message: why }, why });

/** By the Job, of a pod that is gone, or never was. */
function overByJob(index: number, job: Job): Over | undefined {
  const { conditions, failedIndexes } = job.status ?? {};
  if (isStopped(job)) return takenAway('its Job was stopped');
  if (hasIndex(failedIndexes, index) || holds(conditions, 'Failed') !== undefined)
    return takenAway('its pod was deleted');
  return undefined;
}

/** How a pod is over; `undefined` while it is not, or may yet come. `wasThere`: whether the Job has been seen before. */
export function overOf(
  index: number,
  { job, pods, isGone }: BatchSight,
  wasThere: boolean,
): Over | undefined {
  if (job === undefined) return wasThere ? takenAway('its Job was deleted') : undefined;
  const last = pods.findLast((pod) => indexOf(pod) === index);
  const phase = last?.status?.phase;
  if (last !== undefined && phase === 'Failed') {
    const exit = endOf(last);
    return { running: exit, why: exit.message ?? exit.outcome };
  }
  if (phase === 'Succeeded' || hasIndex(job.status?.completedIndexes, index)) {
    const why = 'its pod ended without a word about it';
    return { running: { outcome: 'lost', message: why }, why };
  }
  if (last !== undefined) return undefined;
  const over = overByJob(index, job);
  return over !== undefined && isGone(index) ? over : undefined;
}
