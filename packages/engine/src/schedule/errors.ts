import { type ErrorTable, errorsOf } from '@orchestrate/core';

/** What can be wrong with a task graph, or, as a defect, with the scheduler itself. */
const SCHEDULE_ERRORS = {
  GRAPH_CYCLE: {
    retry: 'never',
    hint: 'Remove one of the needs on the named path, so that every task can come after those it needs.',
  },
  GRAPH_SET_UNKNOWN: {
    retry: 'never',
    hint: 'Name a task that exists, or remove the need.',
  },
  GRAPH_SET_DUPLICATE: {
    retry: 'never',
    hint: 'Give every task of the project its own name.',
  },
  GRAPH_SIZE_MISMATCH: {
    retry: 'never',
    hint: 'Make both sides the same size, or wait for the whole task with `all`.',
  },
  GRAPH_BACKEND_UNKNOWN: {
    retry: 'never',
    hint: 'Name a backend that the project file defines under `backends`.',
  },
  GRAPH_LIMIT_UNKNOWN: {
    retry: 'never',
    hint: 'Define the limit under `limits` in the project file.',
  },
  GRAPH_LIMIT_EXCEEDED: {
    retry: 'never',
    hint: 'Raise the limit, or let the task ask for fewer slots of it.',
  },
  GRAPH_LIMIT_DEADLOCK: {
    retry: 'never',
    hint: 'Give the group and the tasks it waits for different limits, or raise the limit to the size of the group.',
  },
  GRAPH_DIVERGED: {
    retry: 'never',
    hint: 'Start a new run: the flow no longer makes the tasks this run began with.',
  },
  SCHEDULE_STUCK: {
    retry: 'never',
    hint: 'This is a defect of Orchestrate; please report it together with the journal of the run.',
  },
} as const satisfies ErrorTable;

/** Makes the errors of {@link SCHEDULE_ERRORS}. */
export const scheduleError = errorsOf(SCHEDULE_ERRORS);
