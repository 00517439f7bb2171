import type { JobKey } from '@orchestrate/core';
import { type EndRequest, isOver, type Seen, statusOf } from './job-state.ts';
import { MERGE_PATCH, type Namespace } from './namespace.ts';
import { OURS } from './objects.ts';

/**
 * Marks a Job and ends its pod: one that has started where it stands, so that its log stays, one that has not by taking it
 * away. `seen`: what is there of it. @throws K8S_*
 */
export async function endJob(
  namespace: Namespace,
  key: JobKey,
  seen: Seen | undefined,
  request: EndRequest,
  signal?: AbortSignal,
): Promise<void> {
  if (seen !== undefined && (isOver(seen.job) || statusOf(key, seen).state === 'ended')) return;
  const { pod } = seen ?? {};
  const hasStarted = pod?.status?.phase === 'Running';
  const given = { contentType: MERGE_PATCH, ...(signal === undefined ? {} : { signal }) };
  const mark = { metadata: { annotations: { [OURS.cancel]: JSON.stringify(request) } } };
  const body = hasStarted ? mark : { ...mark, spec: { suspend: true } };
  const what = `ending Job ${key}`;
  await namespace.call(what, 'PATCH', namespace.path('jobs', key), { ...given, body });
  if (!hasStarted) return;
  const deadline = { spec: { activeDeadlineSeconds: 1 } };
  const path = namespace.path('pods', pod.metadata.name);
  await namespace.call(what, 'PATCH', path, { ...given, body: deadline });
}
