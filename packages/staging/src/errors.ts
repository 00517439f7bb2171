import { errorsOf } from '@orchestrate/core';

/** Errors of staging. */
export const STAGING_ERRORS = {
  STAGING_INCOMPLETE: {
    retry: 'never',
    hint: 'Run the task that makes the folder again; until then its manifest says which files it had before.',
  },
  STAGING_MANIFEST: {
    retry: 'never',
    hint: 'Make the folder again, or remove its manifest to have it taken as it is listed.',
  },
  STAGING_CHANGED: {
    retry: 'never',
    hint: 'Somebody has changed a file of a published folder; run the task that makes the folder again.',
  },
  STAGING_WORK: {
    retry: 'never',
    hint: 'Its log says why; the command ran in the job that moves its inputs and outputs itself.',
  },
  STAGING_OUTPUT: {
    retry: 'never',
    hint: 'Write it to the path that the task was given for it: {{ outputs.name }}.',
  },
  STAGING_STORAGE: {
    retry: 'never',
    hint: 'Check that the plugin of the storage has code for jobs, or have the leader move the files: `staging: leader`.',
  },
  STAGING_CACHE: {
    retry: 'never',
    hint: 'Check that the folder of the cache may be written, or name another one under `cache:` in the project file.',
  },
} as const;

/** Makes the errors of {@link STAGING_ERRORS}. */
export const stagingError = errorsOf(STAGING_ERRORS);
