import { errorsOf } from './flow-error.ts';

/** Errors of the pure rules: templates, parameters, quantities and paths. */
export const CORE_ERRORS = {
  TEMPLATE_SYNTAX: {
    retry: 'never',
    hint: 'Correct the expression between {{ and }}; write {{{{ for two literal braces.',
  },
  TEMPLATE_UNKNOWN_NAME: {
    retry: 'never',
    hint: 'Use a name that is defined there, or give a fallback with `| default(...)`.',
  },
  TEMPLATE_UNKNOWN_FUNCTION: {
    retry: 'never',
    hint: 'Use one of the functions in the reference of the project file.',
  },
  TEMPLATE_VALUE: {
    retry: 'never',
    hint: 'Check the values that the expression works on; `int`, `float` and `str` convert them.',
  },
  TEMPLATE_LIMIT: {
    retry: 'never',
    hint: 'Make the expression or its values smaller; heavy work belongs in a task.',
  },
  QUANTITY_INVALID: {
    retry: 'never',
    hint: 'Write a duration like 90s, 20m or 1h30m and a size like 512Mi or 4GB.',
  },
  PATH_INVALID: {
    retry: 'never',
    hint: 'Use a path without control characters and empty parts.',
  },
  PATH_OUTSIDE: {
    retry: 'never',
    hint: 'Use a relative path that stays inside; declare a storage for files that lie elsewhere.',
  },
  PARAMETERS_INVALID: {
    retry: 'never',
    hint: 'Correct the parameters; the reference of the project file shows their forms.',
  },
  PARAMETERS_FILE: {
    retry: 'never',
    hint: 'A parameter file is CSV with a header row, or a JSON list of objects.',
  },
  PARAMETERS_TOO_MANY: {
    retry: 'never',
    hint: 'Split the work into several flows, or use larger steps.',
  },
} as const;

/** Makes the errors of {@link CORE_ERRORS}. */
export const coreError = errorsOf(CORE_ERRORS);
