import { errorsOf } from '@orchestrate/core';

/** Errors of the project file, its references, its plugins and their wiring. */
const PROJECT_ERRORS = {
  // Project file
  PROJECT_INVALID: {
    retry: 'never',
    hint: 'Correct the places named; nothing has been run.',
  },
  PROJECT_NOT_FOUND: {
    retry: 'never',
    hint: 'Name the file with --config, or make one with `orchestrate init`.',
  },
  // References
  REFERENCE_UNRESOLVED: {
    retry: 'never',
    hint: 'Set the variable or the secret; only a variable may have a fallback, written NAME:-fallback.',
  },
  SECRET_UNUSABLE: {
    retry: 'never',
    hint: 'Keep a secret of four characters or more in ORCHESTRATE_SECRET_NAME, or in .orchestrate/secrets/NAME with mode 600.',
  },
  // Wiring
  PROVIDER_UNKNOWN: {
    retry: 'never',
    hint: 'Use the name of an entry of `storage` or `backends` of the project.',
  },
  PROVIDER_FAILED: {
    retry: 'later',
    hint: 'Check the options of the entry and that its service can be reached; `orchestrate doctor` looks further.',
  },
  WIRING_DUPLICATE: {
    retry: 'never',
    hint: 'This is a defect of the program: please report it.',
  },
  WIRING_MISSING: {
    retry: 'never',
    hint: 'This is a defect of the program: please report it.',
  },
} as const;

/** Makes the errors of {@link PROJECT_ERRORS}. */
export const projectError = errorsOf(PROJECT_ERRORS);
