import { errorsOf } from '@orchestrate/core';

/** Errors of this package. */
export const NICE_ERRORS = {
  BACKEND_JOB_UNKNOWN: {
    retry: 'never',
    hint: 'Check the key; jobs of an earlier start of Orchestrate are not known here.',
  },
  NICE_CLOSED: { retry: 'never', hint: 'The backend was disposed of; make another one.' },
} as const;

/** Makes the errors of this package. */
export const niceError = errorsOf(NICE_ERRORS);
