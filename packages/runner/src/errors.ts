import { errorsOf } from '@orchestrate/core';

const RUNNER_ERRORS = {
  RUNNER_MODULE_NOT_FOUND: {
    retry: 'never',
    hint: 'Check the path of the module, or install the package in the project: npm install NAME.',
  },
  RUNNER_MODULE_BROKEN: {
    retry: 'never',
    hint: 'Load the module by hand, node MODULE, and mend what it reports.',
  },
  RUNNER_EXPORT_MISSING: {
    retry: 'never',
    hint: 'Export a function of that name from the module, or name one that it exports.',
  },
  RUNNER_PACK_INVALID: {
    retry: 'never',
    hint: 'Give a pack file as the backend wrote it: a JSON object with module, export, ordered and calls.',
  },
} as const;

/** Makes the errors of this package. */
export const runnerError = errorsOf(RUNNER_ERRORS);
