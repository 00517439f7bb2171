import { type ErrorTable, errorsOf } from '@orchestrate/core';

/**
 * Errors of this package beside the common ones of storages.
 * @public
 */
export const TESTKIT_ERRORS = {
  BACKEND_JOB_UNKNOWN: {
    retry: 'never',
    hint: 'Check the key; the backend has no trace of such a job.',
  },
  PROJECT_FILE_UNREADABLE: {
    retry: 'never',
    hint: 'Add the file to the files of the example, or correct its path.',
  },
  PATH_OUTSIDE: {
    retry: 'never',
    hint: "Use a relative path that stays below the project's folder.",
  },
  FLOW_EXAMPLE_INCOMPLETE: {
    retry: 'never',
    hint: 'Give the example of the flow what the flow asks for.',
  },
  FAULT_INJECTED: {
    retry: 'later',
    hint: 'A test made this call fail on purpose; what was asked may or may not have happened.',
  },
} as const satisfies ErrorTable;

/** Makes the errors of this package. */
export const testkitError = errorsOf(TESTKIT_ERRORS);
