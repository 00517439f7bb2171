import { errorsOf } from '@orchestrate/core';

/** Errors of planning, running and the journal. */
const RUN_ERRORS = {
  JOURNAL_MISSING: {
    retry: 'never',
    hint: 'Start a run with `orchestrate run`, or call the command in the folder of the project.',
  },
  JOURNAL_CORRUPT: {
    retry: 'never',
    hint: 'Move what could be saved (named in the message) over the journal, or restore `.orchestrate/journal.db` from a backup; outputs are untouched.',
  },
  JOURNAL_NEWER: {
    retry: 'never',
    hint: 'Use the newer version of Orchestrate that wrote this journal.',
  },
  JOURNAL_UNWRITABLE: {
    retry: 'later',
    hint: 'Free disk space or permit writing in the project folder, then `orchestrate resume`; nothing that was recorded is lost.',
  },
  JOURNAL_BUSY: {
    retry: 'later',
    hint: 'Close the program that holds the journal open for writing, then try again.',
  },
  RUN_LOCKED: {
    retry: 'later',
    hint: 'Wait for it, follow it with `orchestrate status --watch`, or end it with `orchestrate cancel`.',
  },
  RUN_UNFINISHED: {
    retry: 'never',
    hint: 'Finish it with `orchestrate resume` on the unchanged project, end it with `orchestrate cancel`, or give it up with `orchestrate run --abandon`.',
  },
  RUN_UNKNOWN: {
    retry: 'never',
    hint: '`orchestrate status --all` lists the runs of this project.',
  },
  RUN_FINISHED: {
    retry: 'never',
    hint: 'Start a new run with `orchestrate run`; finished work is used again.',
  },
  TASK_UNKNOWN: {
    retry: 'never',
    hint: 'Name a flow, a set as `flow.task`, or one task as `flow.task/label`; `orchestrate plan` lists them.',
  },
  MEMBER_UNKNOWN: {
    retry: 'never',
    hint: 'Name a member by its label, by values of its parameters, or by its position as `sens-3` or `sens.3-7`; `orchestrate plan` shows labels.',
  },
  MEMBER_AMBIGUOUS: {
    retry: 'never',
    hint: 'Write `NAME=VALUE` for the value, or the name of the ensemble and the position, as `sens-3`.',
  },
  MEMBER_NONE: {
    retry: 'never',
    hint: 'Choose members with other --only, --skip, --where or --failed.',
  },
  PLAN_INVALID: {
    retry: 'never',
    hint: 'Correct the flow named in the message; `orchestrate validate` checks again without running anything.',
  },
  FLOW_FAILED: {
    retry: 'never',
    hint: 'The flow plugin could not plan with these parameters; correct them, or report it to the author of the plugin.',
  },
  PROJECT_FILE_UNREADABLE: {
    retry: 'never',
    hint: 'Check that the file is there, below the folder of the project, and can be read.',
  },
  PROJECT_PATH_LINK: {
    retry: 'never',
    hint: 'Use a path inside the folder of the project that does not lead out through a symbolic link; declare a storage for files that lie elsewhere.',
  },
  TASK_SPEC_INVALID: {
    retry: 'never',
    hint: 'Correct the task in the project file, or report it to the author of the flow plugin.',
  },
} as const;

/** Makes the errors of {@link RUN_ERRORS}. */
export const runError = errorsOf(RUN_ERRORS);
