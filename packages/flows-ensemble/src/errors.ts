import { errorsOf } from '@orchestrate/core';

/** Errors of ensembles. */
export const ENSEMBLE_ERRORS = {
  JINJA_SYNTAX: {
    retry: 'never',
    hint: 'Correct the template at that line; the rest of it was not looked at.',
  },
  JINJA_UNSUPPORTED: {
    retry: 'never',
    hint: 'A template is one file here: write what it includes, extends or imports into it.',
  },
  JINJA_UNDEFINED: {
    retry: 'never',
    hint: 'Give the name a value, or a fallback in the template with `| default(...)`.',
  },
  JINJA_RENDER: {
    retry: 'never',
    hint: 'Check the expression at that line against the values that this member has.',
  },
  JINJA_LIMIT: {
    retry: 'never',
    hint: 'Make the range, the text or the loop in the template smaller.',
  },
  UPSTREAM_INVALID: {
    retry: 'never',
    hint: 'Correct the places named in the configuration; nothing has been run.',
  },
  UPSTREAM_ARGUMENT: {
    retry: 'never',
    hint: 'Give the run the attribute that the argument stands for, or write the value itself.',
  },
  UPSTREAM_VARIABLE: {
    retry: 'never',
    hint: 'Write each variable as name=value; a name has letters, digits and `_`.',
  },
} as const;

/** Makes the errors of {@link ENSEMBLE_ERRORS}. */
export const ensembleError = errorsOf(ENSEMBLE_ERRORS);
