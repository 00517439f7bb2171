import type { CommandSpec } from '../arguments/command-spec.ts';

/** `orchestrate debug`, declared. */
export const DEBUG: CommandSpec = {
  name: 'debug',
  summary: 'Open a shell where a task would run',
  description: [
    'Starts what the backend would start for the task: the same image, volumes, environment, resources and folder, with a shell in the place of its work, which is shown first. Everything is removed when the shell ends. On Kubernetes that is a pod.',
    'Texts that hold results of other tasks are those of the last run. Without a terminal the shell reads what is piped in.',
  ],
  positionals: [{ name: 'TASK', complete: 'task', says: 'A task, as `status` and `plan` name it' }],
  examples: [
    { line: 'orchestrate debug tiles.tile/n=7', says: 'look around where it fails' },
    { line: "echo 'df -h' | orchestrate debug tiles.tile/n=7", says: 'run one command there' },
  ],
  load: async () => (await import('./debug.ts')).debug,
};
