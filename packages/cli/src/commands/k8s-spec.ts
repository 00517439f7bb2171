import type { CommandSpec } from '../arguments/command-spec.ts';

/** `orchestrate k8s`, declared. */
export const K8S: CommandSpec = {
  name: 'k8s',
  summary: 'Write the objects with which a cluster leads a run by itself',
  description: [
    'manifests prints, as YAML, an account with its role, a ConfigMap with the files of the project and the Job that leads a run, for people who have such things applied from a repository. Nothing is asked of the cluster. The backend needs `leader:`, whose image holds this program and the plugins in /node_modules; variables that the project refers to are read from the Secret that the Job names.',
  ],
  positionals: [
    { name: 'ACTION', choices: ['manifests'], says: 'manifests' },
    {
      name: 'BACKEND',
      optional: true,
      says: 'Which backend; needed when several can do it',
    },
  ],
  examples: [
    { line: 'orchestrate k8s manifests > leader.yaml', says: 'to be committed and applied' },
  ],
  load: async () => (await import('./k8s.ts')).k8s,
};
