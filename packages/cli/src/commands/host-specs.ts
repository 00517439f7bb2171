import type { OptionSpec } from '../arguments/command-spec.ts';

/** For commands that look at or change a run that is led on the host of a backend. */
export const ON: OptionSpec = {
  name: 'on',
  value: 'BACKEND',
  says: 'Do it on the machine that this backend submits jobs from, where `run --detach --on` left the project',
};

/** For commands that lead a run. */
export const DETACHED: readonly OptionSpec[] = [
  {
    name: 'detach',
    says: 'Lead the run in a process of its own that stays when this terminal goes',
  },
  {
    name: 'on',
    value: 'BACKEND',
    says: 'Lead the run on the machine that this backend submits jobs from, so that this one may go',
  },
  {
    name: 'as-job',
    says: 'With --on: lead it from a job of the cluster, where a login node is no place for that',
  },
];

/** For commands that bring the project along. */
export const ALL: OptionSpec = {
  name: 'all',
  says: 'With --on: bring the folder of the project also when it has more than 2 GiB',
};

/** What `run` says about it. */
export const ABOUT_DETACHED =
  'With --detach the call comes back once a process of its own leads the run. With --on BACKEND that process runs on the login node of a cluster: the folder of the project (without .orchestrate, .git and node_modules), this program and the plugins are brought there first, only what is not there yet. `status`, `logs`, `why`, `report`, `cancel`, `retry`, `resume` and `fetch` take --on, too.';
