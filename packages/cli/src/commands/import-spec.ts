import type { CommandSpec } from '../arguments/command-spec.ts';

/** `orchestrate import`. */
export const IMPORT: CommandSpec = {
  name: 'import',
  summary: 'Make a project of a configuration written for another program',
  description: [
    'Reads a configuration of model-ensembler (0.5 to 0.7) and writes a project file that runs it as it is, in the same folders; with --to-native, ensembles in the words of Orchestrate, one for each batch. Beside it a report is written: every place where the configuration relies on something that model-ensembler does otherwise than one would expect, what happens here, and what to do. Nothing that exists is overwritten.',
    'Needs `@orchestrate/flows-ensemble`, installed for the project. A broken configuration is refused with all its problems at their places; exit code 2.',
  ],
  positionals: [
    { name: 'FORMAT', choices: ['model-ensembler'], says: 'What the file was written for' },
    {
      name: 'FILE',
      complete: 'file',
      says: 'The configuration, below the folder of the project',
    },
  ],
  options: [
    {
      name: 'output',
      short: 'o',
      value: 'FILE',
      complete: 'file',
      says: 'The project file',
      otherwise: 'project.yaml in the current folder',
    },
    {
      name: 'report',
      value: 'FILE',
      complete: 'file',
      says: 'The report',
      otherwise: 'the name of the configuration with .import.md, beside the project file',
    },
    { name: 'to-native', says: 'Write ensembles in the words of Orchestrate' },
    { name: 'force', says: 'Write over files that exist' },
  ],
  examples: [
    {
      line: 'orchestrate import model-ensembler old.yml',
      says: 'a project of a few lines that runs old.yml',
    },
    {
      line: 'orchestrate import model-ensembler old.yml --to-native -o new.yaml',
      says: 'ensembles to go on with',
    },
  ],
  withoutProject: true,
  load: async () => (await import('./import.ts')).importProject,
};
