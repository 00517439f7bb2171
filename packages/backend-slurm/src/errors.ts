import { errorsOf } from '@orchestrate/core';

const SLURM_ERRORS = {
  BACKEND_JOB_UNKNOWN: {
    retry: 'never',
    hint: 'Check the key; jobs whose end was recorded are forgotten, their logs stay in the run directory.',
  },
  SLURM_CLOSED: {
    retry: 'never',
    hint: 'The backend was disposed of; open it again. Its jobs go on and are found again.',
  },
  SLURM_UNREACHABLE: {
    retry: 'later',
    hint: 'See that the login host answers and that its SLURM commands work (`orchestrate doctor`); nothing is lost meanwhile.',
  },
  SLURM_WORKDIR_UNUSABLE: {
    retry: 'later',
    hint: 'Make the folder writable and see that it has space, or name another one in the option `workdir`.',
  },
  SLURM_NODE_MISSING: {
    retry: 'never',
    hint: 'Name a Node 24 of the cluster in the option `node`, or load its module in your start-up file there.',
  },
  SLURM_RUNTIME_MISSING: {
    retry: 'never',
    hint: 'Install @orchestrate/runner again; in a clone of the repository, run `npm run build` first.',
  },
  SLURM_LEADER_REFUSED: {
    retry: 'never',
    hint: 'Change `defaults` of the backend so that a job of one core and 1 GiB is taken, or leave out --as-job.',
  },
  SLURM_STATE_UNUSABLE: {
    retry: 'later',
    hint: 'Make the folder writable and see that its disk has space; it keeps which jobs were submitted.',
  },
} as const;

/** Makes the errors of this package. */
export const slurmError = errorsOf(SLURM_ERRORS);
