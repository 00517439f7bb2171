/**
 * Why an attempt did not succeed. The class, not the text of an error, decides what happens next.
 *
 * - `user-error`: the work itself failed: non-zero exit, thrown error, declared output missing.
 * - `timeout`: the attempt ran longer than it was allowed to.
 * - `out-of-memory`: the attempt used more memory than it was given.
 * - `node-failure`: the machine under the job died or was taken away by a fault.
 * - `preempted`: the job was evicted in favour of another.
 * - `quota`: a limit of the account or the service was reached.
 * - `submit-rejected`: the backend refused the job as written; asking again would not help.
 * - `lost`: the job was accepted and can no longer be found, nor any trace of its end.
 * - `cancelled`: a person or the engine stopped it on purpose.
 */
export const FAILURE_CLASSES = [
  'user-error',
  'timeout',
  'out-of-memory',
  'node-failure',
  'preempted',
  'quota',
  'submit-rejected',
  'lost',
  'cancelled',
] as const;

/** One of {@link FAILURE_CLASSES}. */
export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** Who is to blame, and so which budget an attempt is charged to. */
export type FailureOrigin = 'user' | 'resource' | 'infrastructure' | 'intent';

const ORIGINS: Readonly<Record<FailureClass, FailureOrigin>> = {
  'user-error': 'user',
  'submit-rejected': 'user',
  timeout: 'resource',
  'out-of-memory': 'resource',
  'node-failure': 'infrastructure',
  preempted: 'infrastructure',
  quota: 'infrastructure',
  lost: 'infrastructure',
  cancelled: 'intent',
};

/**
 * The origin of a failure class. Only `user` and `resource` failures use up attempts;
 * `infrastructure` trouble backs off and then pauses; `intent` is never retried.
 */
export function failureOrigin(failure: FailureClass): FailureOrigin {
  return ORIGINS[failure];
}
