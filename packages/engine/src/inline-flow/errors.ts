import { errorsOf } from '@orchestrate/core';

/** Errors of flows that are written in the project file itself. */
const INLINE_FLOW_ERRORS = {
  INLINE_FLOW_INVALID: {
    retry: 'never',
    hint: 'Correct the flow in the project file; `details.problems` lists every problem with its place.',
  },
  INLINE_PATH_UNKNOWN: {
    retry: 'never',
    hint: 'Declare the input or output in the task before its path is used.',
  },
  INLINE_SHELL_POSITION: {
    retry: 'never',
    hint: 'Set a variable in `env` to the value and use "$NAME" there, or give the command as a list.',
  },
  SECRET_IN_COMMAND: {
    retry: 'never',
    hint: 'Give the secret to the task through `env`; commands and arguments can be seen by others.',
  },
} as const;

/** Makes the errors of {@link INLINE_FLOW_ERRORS}. */
export const inlineError = errorsOf(INLINE_FLOW_ERRORS);
