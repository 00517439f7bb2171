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
  ENSEMBLE_TEMPLATE_MISSING: {
    retry: 'never',
    hint: 'Correct `template`: it is the folder that is copied for every member.',
  },
  ENSEMBLE_TEMPLATE_UNFIT: {
    retry: 'never',
    hint: 'Keep only files, folders and links in the template, and templates that are rendered inside of it.',
  },
  ENSEMBLE_TEMPLATE_LISTED: {
    retry: 'never',
    hint: 'Correct `templates`: paths inside the template folder, not behind a link.',
  },
  ENSEMBLE_TEMPLATE_CHANGED: {
    retry: 'later',
    hint: 'Leave the template alone while members are made; run again and all of them get the new one.',
  },
  ENSEMBLE_DIRECTORY_TAKEN: {
    retry: 'never',
    hint: 'Move the directory away, or give the members another `directory`.',
  },
  ENSEMBLE_DIRECTORY_OUTSIDE: {
    retry: 'never',
    hint: 'Let directories of members lie below one folder without links that lead elsewhere.',
  },
  ENSEMBLE_DIRECTORY_GONE: {
    retry: 'never',
    hint: 'Put the directory back, or let `orchestrate run --fresh` make everything again.',
  },
  ENSEMBLE_LINK: {
    retry: 'never',
    hint: 'Remove the link, or take what lies behind it out of the files that are rendered.',
  },
  ENSEMBLE_COMMAND: {
    retry: 'never',
    hint: 'Look at what the command printed, in the log of the task.',
  },
  ENSEMBLE_UNVERIFIED: {
    retry: 'never',
    hint: 'Let a `move` come before `remove`; what is not verified elsewhere is never removed.',
  },
  ENSEMBLE_CYCLES: {
    retry: 'never',
    hint: 'Let a check of the batch say when it is over, or raise `maxCycles`.',
  },
  ENSEMBLE_PATTERN: {
    retry: 'never',
    hint: 'Use letters, digits, `*`, `?` and `[...]` in patterns of progress files, or give a command.',
  },
  UPSTREAM_INVALID: {
    retry: 'never',
    hint: 'Correct the places named in the configuration; nothing has been run.',
  },
  UPSTREAM_ARGUMENT: {
    retry: 'never',
    hint: 'Give the run the attribute that the argument stands for, or write the value itself.',
  },
  UPSTREAM_INDEXES: {
    retry: 'never',
    hint: 'Write positions from 0 with commas between, such as 0,2,5.',
  },
  UPSTREAM_VARIABLE: {
    retry: 'never',
    hint: 'Write each variable as name=value; a name has letters, digits and `_`.',
  },
} as const;

/** Makes the errors of {@link ENSEMBLE_ERRORS}. */
export const ensembleError = errorsOf(ENSEMBLE_ERRORS);
