import { exitOfStatus, type FailureClass, type JobExit, signalOfStatus } from '@orchestrate/core';
import {
  type Condition,
  type ContainerStatus,
  MAIN,
  type Pod,
  said,
  type Terminated,
} from './objects.ts';

/** How a pod that failed ended. */
type End = Omit<JobExit, 'endedAt'>;

/** The container that does the work. */
export function mainOf({ status }: Pod): ContainerStatus | undefined {
  return status?.containerStatuses?.find(({ name }) => name === MAIN);
}

/** A condition of that type, if it holds. */
export const holds = (
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined => conditions?.find((one) => one.type === type && one.status === 'True');

/** What shells would report: a runtime may tell the signal by itself. */
const statusOf = ({ exitCode, signal }: Terminated): number =>
  signal === undefined ? exitCode : signal + 128;

const DISRUPTIONS: Readonly<Record<string, FailureClass>> = {
  PreemptionByScheduler: 'preempted',
  EvictionByEvictionAPI: 'preempted',
  TerminationByKubelet: 'preempted',
  DeletionByTaintManager: 'node-failure',
  DeletionByPodGC: 'node-failure',
};

/** What is used beyond what was asked for is the job's own doing; want of the node is not. */
function evictionClass(message: string): FailureClass {
  const isOwn = /ephemeral|emptydir|exceed/i.test(message) && !/node was low/i.test(message);
  return isOwn ? 'user-error' : 'preempted';
}

/** Reasons of pods by their beginning. */
const REASONS: readonly (readonly [RegExp, (message: string) => FailureClass])[] = [
  [/^DeadlineExceeded$/, () => 'timeout'],
  [/^Evicted$/, evictionClass],
  [/^(OutOf|NodeAffinity|Preempting|UnexpectedAdmissionError)/, () => 'preempted'],
  [/^(NodeLost|NodeShutdown|Terminated)$/, () => 'node-failure'],
];

/** Reasons of a failed pod that are not about its containers. */
function podEnd({ status: { reason = '', message = '', conditions } = {} }: Pod): End | undefined {
  const [, classOf] = REASONS.find(([pattern]) => pattern.test(reason)) ?? [];
  if (classOf !== undefined)
    return { outcome: classOf(message), message: said(reason, message) ?? reason };
  const disruption = holds(conditions, 'DisruptionTarget');
  if (disruption === undefined) return undefined;
  const { reason: why = 'DisruptionTarget', message: words } = disruption;
  return { outcome: DISRUPTIONS[why] ?? 'preempted', message: said(why, words) ?? why };
}

/** Of a pod whose work was never seen to end: a container before it failed, or nobody knows. */
function unknownEnd({ status }: Pod): End {
  for (const { name, state } of status?.initContainerStatuses ?? []) {
    const code = state?.terminated?.exitCode ?? 0;
    if (code === 0) continue;
    return {
      outcome: 'user-error',
      code,
      message: `container ${name} ended with exit code ${code}`,
    };
  }
  return { outcome: 'node-failure', message: 'nobody knows how its container ended' };
}

function containerEnd(terminated: Terminated): End {
  const { exitCode: code, reason = '', message } = terminated;
  if (reason === 'OOMKilled') {
    const why = 'killed for taking more memory than it has (OOMKilled)';
    return { outcome: 'out-of-memory', code, message: why };
  }
  if (reason === 'StartError' || reason === 'ContainerCannotRun')
    return { outcome: 'user-error', code, message: said(reason, message) ?? reason };
  const status = statusOf(terminated);
  if (status === 0)
    return { outcome: 'user-error', message: 'another container of its pod failed' };
  return { ...exitOfStatus(status), code };
}

const TAKEN_AWAY = ['SIGTERM', 'SIGKILL'];

/** Of a pod that somebody deleted: what its container ended with is how Kubernetes ends containers. */
function deletedEnd(pod: Pod): End | undefined {
  const terminated = mainOf(pod)?.state?.terminated;
  if (pod.metadata.deletionTimestamp === undefined || terminated === undefined) return undefined;
  if (
    !TAKEN_AWAY.includes(signalOfStatus(statusOf(terminated)) ?? '') ||
    terminated.reason === 'OOMKilled'
  )
    return undefined;
  return { outcome: 'preempted', message: 'its pod was deleted' };
}

/** How a pod that failed ended, by its own words, those of its conditions, or its container. */
export function endOf(pod: Pod): End {
  const own = podEnd(pod) ?? deletedEnd(pod);
  if (own !== undefined) return own;
  const terminated = mainOf(pod)?.state?.terminated;
  const isKnown = terminated !== undefined && terminated.reason !== 'ContainerStatusUnknown';
  return isKnown ? containerEnd(terminated) : unknownEnd(pod);
}
