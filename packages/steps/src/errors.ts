import { type ErrorTable, errorsOf } from '@orchestrate/core';

/**
 * Errors of the steps.
 * @public
 */
export const STEP_ERRORS = {
  STEP_ARGUMENTS: {
    retry: 'never',
    hint: 'Correct the arguments of the step; the README of @orchestrate/steps lists them.',
  },
  STEP_STOPPED: {
    retry: 'later',
    hint: 'The step was cancelled or out of time; start it again, and it goes on where it can.',
  },
  STEP_PROGRAM_MISSING: {
    retry: 'never',
    hint: 'Install the program, add its folder to PATH, or give its path in the arguments of the step.',
  },
  STEP_EXIT: {
    retry: 'never',
    hint: 'Look at what the program printed; set ignoreErrors if its failure does not matter.',
  },
  STEP_TIMEOUT: {
    retry: 'later',
    hint: 'Find out why it took so long, or raise timeoutSeconds.',
  },
  STEP_OUTPUT: {
    retry: 'never',
    hint: 'Print less, or in the form that capture asks for; write large results to a file that is an output of the task.',
  },
  STEP_CHECK_FAILED: {
    retry: 'later',
    hint: 'Wait until the condition holds, or set tolerant to get the answer as a result.',
  },
  STEP_PATH: {
    retry: 'never',
    hint: 'Give paths that exist, are of the right kind and do not lie inside each other.',
  },
  STEP_LINK: {
    retry: 'never',
    hint: 'Nothing is written or removed through symbolic links; replace the link or name the place it points to.',
  },
  STEP_EXISTS: {
    retry: 'never',
    hint: 'Choose another name, remove what is there, or set existing to keep.',
  },
  STEP_SPACE: {
    retry: 'later',
    hint: 'Free space or raise the quota where the message says, then resume.',
  },
  STEP_DENIED: {
    retry: 'never',
    hint: 'Give the account the permission that the message names.',
  },
  STEP_UNAVAILABLE: {
    retry: 'later',
    hint: 'The disk or host did not answer properly; try again later.',
  },
  STEP_CHANGED: {
    retry: 'later',
    hint: 'Something else writes to these files; wait until it has ended, then start the step again.',
  },
  STEP_CORRUPT: {
    retry: 'later',
    hint: 'The copy differs from its source; look at the disk or network, then start the step again.',
  },
  STEP_MANIFEST: {
    retry: 'never',
    hint: 'Give a manifest that the step move has written.',
  },
  STEP_UNVERIFIED: {
    retry: 'never',
    hint: 'Move the files that are named first, list them as disposable, or set unverified to allow.',
  },
  STEP_QUOTA: {
    retry: 'later',
    hint: 'Free space, or wait until there is enough.',
  },
  STEP_QUOTA_UNKNOWN: {
    retry: 'later',
    hint: 'Run the command by hand and see whether it knows the account and file system.',
  },
  STEP_NOTIFY: {
    retry: 'later',
    hint: 'Check the address and the mail server or webhook; set required to false if the run may go on without.',
  },
} as const satisfies ErrorTable;

/** Makes the errors of this package. */
export const stepError = errorsOf(STEP_ERRORS);
