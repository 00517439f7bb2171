import { confinePath, Duration, NAME_PATTERN, readField } from '@orchestrate/core';
import { z } from 'zod';

const Path = readField(
  (raw, report) => {
    if (typeof raw === 'string' && raw !== '') return confinePath(raw);
    report([], 'expected the path of a file below the project');
    return '';
  },
  { description: 'Configuration of model-ensembler, below the project.', type: 'string' },
);

/** Options of an ensemble that is written for model-ensembler 0.5 to 0.7 and runs as it is. */
export const UpstreamConfig = z
  .strictObject({
    file: Path,
    launch: z
      .string()
      .default('.')
      .describe('Folder from which model_ensemble was started, below the project.'),
    compat: z
      .literal('upstream')
      .optional()
      .describe(
        '`upstream`: failed commands, copies and jobs do not fail a member, as there. Nothing is lost all the same.',
      ),
    variables: z
      .record(z.string(), z.string())
      .default({})
      .describe('What `-x name=value` was; always texts.'),
    pickup: z.boolean().default(false).describe('What `-p` was: take over directories that exist.'),
    shell: z.string().min(1).default('/bin/bash').describe('What `-l` was: shell of all commands.'),
    checkEvery: Duration.default(30).describe('What `-ct` was: time between two looks of a check.'),
    patience: Duration.default(30 * 86_400).describe(
      'When a check that never held has failed. Default 30d.',
    ),
    maxCycles: z
      .number()
      .int()
      .min(1)
      .default(1_000)
      .describe('Most cycles of a batch with `repeat`.'),
    steps: z
      .string()
      .regex(NAME_PATTERN)
      .optional()
      .describe(
        'Backend for directories and all tasks but jobs. Default: `local` when the flow names a backend for its jobs.',
      ),
    resources: readField((raw) => raw, {
      description: 'What one attempt of a job needs, as for tasks: cpus, memory, time.',
      type: 'object',
    }).optional(),
  })
  .meta({ title: 'Written for model-ensembler' });

/** Options of an ensemble written for model-ensembler, read. */
export type UpstreamConfig = z.output<typeof UpstreamConfig>;
