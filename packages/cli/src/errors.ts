import { errorsOf } from '@orchestrate/core';

/** Errors of the command line. All of them mean exit code 2 but for `CLI_DEFECT`. */
export const CLI_ERRORS = {
  CLI_UNKNOWN_COMMAND: {
    retry: 'never',
    hint: 'Run `orchestrate --help` for the list of commands.',
  },
  CLI_UNKNOWN_OPTION: {
    retry: 'never',
    hint: 'Run the command with --help for the options it takes.',
  },
  CLI_OPTION_VALUE: {
    retry: 'never',
    hint: 'Run the command with --help for the values the option takes.',
  },
  CLI_ARGUMENT: {
    retry: 'never',
    hint: 'Run the command with --help for the arguments it takes.',
  },
  CLI_NODE_TOO_OLD: {
    retry: 'never',
    hint: 'Install Node 24 or newer and run the command with it.',
  },
  CLI_FOLDER_GONE: {
    retry: 'never',
    hint: 'Go to a folder that is there, or leave this one and enter it again when it was made anew.',
  },
  CLI_NO_RUN: {
    retry: 'never',
    hint: 'Start one with `orchestrate run`.',
  },
  CLI_UNKNOWN_RUN: {
    retry: 'never',
    hint: 'Run `orchestrate status --all` for the runs of this project.',
  },
  CLI_UNKNOWN_TASK: {
    retry: 'never',
    hint: 'Run `orchestrate status` for the sets of the run; a task is named `set/label`, `set[number]`, or just `set` where there is only one.',
  },
  CLI_AMBIGUOUS_TASK: {
    retry: 'never',
    hint: 'Name one of the tasks listed.',
  },
  CLI_NO_LOG: {
    retry: 'later',
    hint: '`orchestrate why TASK` says what became of it; ask again once it has started.',
  },
  CLI_FILE_EXISTS: {
    retry: 'never',
    hint: 'Choose an empty folder, or move the file away first.',
  },
  CLI_UNREADABLE: {
    retry: 'never',
    hint: 'Check the path, and that the file may be read.',
  },
  CLI_PLUGIN_MISSING: {
    retry: 'never',
    hint: 'Install the package in the folder of the project, then call the command again.',
  },
  CLI_DEFECT: {
    retry: 'never',
    hint: 'Please report it.',
  },
  CLI_NO_DEBUG: {
    retry: 'never',
    hint: 'Run it by hand there, with what `orchestrate why TASK` and `orchestrate logs TASK` tell.',
  },
  CLI_NO_HOST: {
    retry: 'never',
    hint: 'Name a backend that is reached over a network (`ssh:` of slurm, `leader:` of k8s); `orchestrate run --detach` leaves a leader on this machine.',
  },
  CLI_NOT_THERE: {
    retry: 'never',
    hint: 'Start it there with `orchestrate run --detach --on BACKEND`; profiles must be the same.',
  },
  CLI_LED_THERE: {
    retry: 'later',
    hint: 'Look at it with `orchestrate status --on BACKEND`, end it with `orchestrate cancel --on BACKEND`, or wait for its end.',
  },
  CLI_NOT_BUILT: {
    retry: 'never',
    hint: 'In a clone of the repository, run `npm run build` first; otherwise install the package again.',
  },
  CLI_PROJECT_TOO_LARGE: {
    retry: 'never',
    hint: 'Keep data outside of the project, best on the cluster, and name it by its path there; or add --all to bring everything.',
  },
  CLI_HOST_UNUSABLE: {
    retry: 'later',
    hint: 'See that the folder (option `workdir` of the backend) can be written to; `orchestrate doctor` looks at it.',
  },
  CLI_NOT_CONFIRMED: {
    retry: 'never',
    hint: 'Add --yes to go ahead without being asked.',
  },
} as const;

/** Makes an error of {@link CLI_ERRORS}. */
export const cliError = errorsOf(CLI_ERRORS);
