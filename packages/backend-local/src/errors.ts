import { errorsOf } from '@orchestrate/core';

const LOCAL_ERRORS = {
  BACKEND_JOB_UNKNOWN: {
    retry: 'never',
    hint: 'Check the key; jobs whose end was recorded are forgotten, their logs stay in the run directory.',
  },
  LOCAL_CLOSED: {
    retry: 'never',
    hint: 'The backend was disposed of; open it again. Jobs it had started go on and are found again.',
  },
  LOCAL_STATE_UNUSABLE: {
    retry: 'later',
    hint: 'Make the folder writable and see that its disk has space; records of running jobs are kept there.',
  },
  LOCAL_SHELL_MISSING: {
    retry: 'never',
    hint: 'Install a POSIX shell (dash, bash) or name one in the option `shell` of the local backend.',
  },
  LOCAL_CONTAINERS_MISSING: {
    retry: 'never',
    hint: 'Install the container program, or set the option `containers` of the local backend to `auto` or `none`.',
  },
} as const;

/** Makes the errors of this package. */
export const localError = errorsOf(LOCAL_ERRORS);
