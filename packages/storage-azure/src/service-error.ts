import { errorOfStatus, PortError, type PortErrorKind } from '@orchestrate/object-store';
import { noIdentity } from './azure-login.ts';

/** Codes that say more than their status; "Blob Storage error codes" of the documentation. */
const KINDS: Readonly<Record<string, PortErrorKind>> = {
  ContainerNotFound: 'no-bucket',
  ContainerBeingDeleted: 'no-bucket',
  ContainerDisabled: 'no-bucket',
  BlobNotFound: 'missing',
  ResourceNotFound: 'missing',
  BlobAlreadyExists: 'condition',
  ConditionNotMet: 'condition',
  TargetConditionNotMet: 'condition',
  SourceConditionNotMet: 'condition',
  InvalidRange: 'range',
  Md5Mismatch: 'corrupt',
  Crc64Mismatch: 'corrupt',
  InvalidBlobOrBlock: 'refused',
  InvalidBlockList: 'refused',
  InvalidResourceName: 'name',
  InvalidUri: 'name',
  BlobArchived: 'refused',
  BlobBeingRehydrated: 'refused',
  PendingCopyOperation: 'busy',
  LeaseIdMissing: 'denied',
  ServerBusy: 'busy',
  OperationTimedOut: 'broken',
  InternalError: 'broken',
  AccountBeingCreated: 'busy',
  AccountIsDisabled: 'denied',
  InsufficientAccountPermissions: 'denied',
};

const MEANINGS: Readonly<Record<string, string>> = {
  AuthenticationFailed: 'the key, signature or token was not accepted',
  AuthorizationPermissionMismatch: 'the identity has no role that allows it',
  AuthorizationFailure: 'the network rules of the account, or its roles, do not allow it',
  BlobArchived: 'the blob is in the archive tier and has to be rehydrated first',
  LeaseIdMissing: 'somebody else holds a lease on the blob',
};

interface ServiceAnswer {
  readonly code?: string;
  readonly statusCode?: number;
  readonly response?: { readonly headers?: { get(name: string): string | undefined } };
}

/** An error of the vendor's libraries as one of a port. It keeps nothing of the request, whose address may hold a signature. */
export function portError(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (error instanceof PortError || !(error instanceof Error)) return error;
  const answer: Error & ServiceAnswer = error;
  const { statusCode, code, name } = answer;
  if (/Credential|Authentication(?:Required)?Error/.test(name)) return noIdentity(error);
  if (statusCode !== undefined) {
    const headers = answer.response?.headers;
    const retryAfter = Number(headers?.get('retry-after') ?? Number.NaN);
    return refusal({
      status: statusCode,
      code: headers?.get('x-ms-error-code') ?? code,
      said: firstLine(error),
      retryAfterSeconds: retryAfter > 0 ? retryAfter : undefined,
      skewSeconds: undefined,
    });
  }
  if (name !== 'RestError' && name !== 'AbortError') return error;
  return new PortError('broken', `the connection broke: ${firstLine(error)}`, { code });
}

/** What is known of an answer that is no success. */
interface Refusal {
  readonly status: number;
  readonly code: string | undefined;
  readonly said: string;
  readonly retryAfterSeconds: number | undefined;
  /** How far the clock of this machine is ahead of that of the service, where that is known. */
  readonly skewSeconds: number | undefined;
}

/** The service accepts signatures that are up to 15 minutes old ("Authorize with Shared Key" of the documentation). */
const NOTED_SKEW_SECONDS = 5 * 60;

/** What else is to be said of a refused login: a wrong clock is its commonest cause that nobody thinks of. */
function clockWords(code: string, skewSeconds: number | undefined): string {
  if (code !== 'AuthenticationFailed') return '';
  if (skewSeconds === undefined) return ', or the clock of this machine is wrong';
  if (Math.abs(skewSeconds) < NOTED_SKEW_SECONDS) return '';
  const [minutes, way] = [
    Math.round(Math.abs(skewSeconds) / 60),
    skewSeconds < 0 ? 'behind' : 'ahead of',
  ];
  return `; the clock of this machine is ${minutes} minutes ${way} that of the service`;
}

/** An answer that is no success as an error of a port. */
export function refusal({
  status,
  code = String(status),
  said,
  retryAfterSeconds,
  skewSeconds,
}: Refusal): PortError {
  const meaning = MEANINGS[code] ?? withoutQueries(said);
  const message = `the service says ${status} ${code}: ${meaning}${clockWords(code, skewSeconds)}`;
  const more = { code, retryAfterSeconds };
  const kind = KINDS[code];
  return kind === undefined
    ? errorOfStatus(status, message, more)
    : new PortError(kind, message, more);
}

/** The rest of a message are numbers and times of the request. */
function firstLine(error: Error): string {
  return withoutQueries(error.message.split('\n')[0] ?? '');
}

function withoutQueries(said: string): string {
  return said.replace(/\?\S*/g, '').slice(0, 200);
}
