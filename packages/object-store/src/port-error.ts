/**
 * Why a call to a service failed.
 * - `missing`: no such object. `no-bucket`: no such bucket or container.
 * - `condition`: what had to hold did not. `range`: the range lies beyond the end.
 * - `denied`: the identity may not do this. `no-identity`: there are no usable credentials.
 * - `busy`: the service asks for patience. `broken`: the connection broke, an answer is late, cut or makes no sense, or
 *   the service has trouble of its own; the call may or may not have had its effect.
 * - `corrupt`: the service received other bytes than were sent. `full`: a quota is used up. `name`: the service does not
 *   take such a name. `refused`: anything else that repeating does not cure.
 */
export type PortErrorKind =
  | 'missing'
  | 'no-bucket'
  | 'condition'
  | 'range'
  | 'denied'
  | 'no-identity'
  | 'busy'
  | 'broken'
  | 'corrupt'
  | 'full'
  | 'name'
  | 'refused';

const WORTH_REPEATING: ReadonlySet<PortErrorKind> = new Set(['busy', 'broken', 'corrupt']);

/** The one error that adapters throw. Its message holds no secret: no signed address, no header. */
export class PortError extends Error {
  override readonly name = 'PortError';
  readonly kind: PortErrorKind;
  /** Seconds that the service asks to wait. */
  readonly retryAfterSeconds: number | undefined;
  /** The service's own code, `AuthorizationPermissionMismatch`, or its status. */
  readonly code: string | undefined;

  constructor(
    kind: PortErrorKind,
    message: string,
    more: {
      readonly retryAfterSeconds?: number | undefined;
      readonly code?: string | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.kind = kind;
    this.retryAfterSeconds = more.retryAfterSeconds;
    this.code = more.code;
  }

  /** Whether the same call may succeed when it is repeated at once or a little later. */
  get isPassing(): boolean {
    return WORTH_REPEATING.has(this.kind);
  }
}

/** Whether an error is a {@link PortError} of one of some kinds. */
export function isPortError(
  error: unknown,
  ...kinds: readonly PortErrorKind[]
): error is PortError {
  return error instanceof PortError && (kinds.length === 0 || kinds.includes(error.kind));
}
