import { type ErrorTable, errorsOf, type FlowError, storageError } from '@orchestrate/core';
import type { ObjectPort, Operation } from './port.ts';
import { PortError } from './port-error.ts';

/**
 * Errors of object stores beside the common ones of storages.
 * @public
 */
export const OBJECT_STORE_ERRORS = {
  STORAGE_BUCKET: {
    retry: 'never',
    hint: 'Check the name of the bucket or container in the project file, and make it if it is not there: Orchestrate does not.',
  },
  STORAGE_CREDENTIALS: {
    retry: 'never',
    hint: 'Give the storage credentials, see the README of its package; `orchestrate doctor` tells which were found.',
  },
} as const satisfies ErrorTable;

const objectStoreError = errorsOf(OBJECT_STORE_ERRORS);

const DOING: Readonly<Record<Operation, string>> = {
  read: 'read',
  write: 'write',
  list: 'list',
  delete: 'delete',
  copy: 'copy',
};

/** Says an error of a port in the words of the contract: what was to be done, with which object, what the service said. */
export function translated(
  error: unknown,
  port: ObjectPort,
  operation: Operation,
  name: string,
): unknown {
  if (!(error instanceof PortError)) return error;
  const address = port.address(name);
  const subject = `Cannot ${DOING[operation]} ${address}: `;
  const code = error.code === undefined ? {} : { service: error.code };
  const more = { details: { address, ...code }, cause: error };
  const said = error.message.replace(/\.$/, '');
  switch (error.kind) {
    case 'missing':
      return storageError('STORAGE_NOT_FOUND', `There is no object ${address}.`, more);
    case 'no-bucket':
      return objectStoreError('STORAGE_BUCKET', `${subject}${said}.`, more);
    case 'no-identity':
      return objectStoreError('STORAGE_CREDENTIALS', `${subject}${said}.`, more);
    case 'denied': {
      const wanted = port.permission(operation);
      return storageError('STORAGE_DENIED', `${subject}it needs ${wanted}; ${said}.`, more);
    }
    case 'range':
      return storageError('STORAGE_RANGE', `${subject}${said}.`, more);
    case 'full':
      return storageError('STORAGE_FULL', `${subject}${said}.`, more);
    case 'name':
      return storageError('STORAGE_KEY', `${subject}${said}.`, more);
    case 'corrupt':
      return storageError('STORAGE_CORRUPT', `${subject}${said}.`, more);
    case 'condition':
      return storageError('STORAGE_CHANGED', `${subject}it has changed meanwhile.`, more);
    case 'refused':
    case 'busy':
    case 'broken':
      return storageError('STORAGE_UNAVAILABLE', `${subject}${said}.`, more);
    default:
      return error.kind satisfies never;
  }
}

/** What a write says whose condition did not hold. */
export function conditionFailed(
  address: string,
  condition: 'absent' | 'generation',
  cause: unknown,
): FlowError {
  return condition === 'absent'
    ? storageError('STORAGE_EXISTS', `There is an object ${address} already.`, { cause })
    : storageError('STORAGE_CHANGED', `${address} is no longer at the generation that was named.`, {
        cause,
      });
}

/** Code of the system, such as `ENOENT`, or nothing. */
export function systemCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : '';
}
