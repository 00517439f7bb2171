import {
  compileCondition,
  Duration,
  parameterFields,
  readField,
  scalarText,
} from '@orchestrate/core';
import { z } from 'zod';
import { CheckConfig, Limits, Needs, RetryConfig } from './policy-schema.ts';
import {
  argumentsField,
  entries,
  ResourceConfig,
  readEach,
  readInputs,
  readOutputs,
  readRun,
  templateFromEnv,
  text,
} from './task-fields.ts';

/** One entry of `tasks:`. */
export const TaskConfig = z.strictObject({
  run: readField(readRun, {
    description:
      'The command: a text for the shell, or a list of words that reach the program as they are.',
    type: ['string', 'array'],
  }).optional(),
  shell: z
    .enum(['bash', 'sh'])
    .optional()
    .describe('Shell for `run`: bash -euo pipefail (default) or sh -eu.'),
  call: z.string().optional().describe('Function to call: `./module.ts#name`, or `package#name`.'),
  args: argumentsField('Argument of the function: any value; texts may hold expressions.'),
  check: z
    .union([CheckConfig, z.literal(true).transform(() => CheckConfig.parse({}))])
    .optional()
    .describe('Polls: run again until it succeeds; a function that gives false has not.'),
  needs: Needs.optional().describe(
    'Tasks that must be done before: a name, { task, how: all }, or a list.',
  ),
  once: z
    .boolean()
    .optional()
    .describe('One task for the whole flow instead of one for every member.'),
  each: readField(readEach, {
    description:
      'One task per item of a list: written here, or an expression such as {{ tasks.find.result }}.',
    type: ['array', 'string'],
  }).optional(),
  when: readField((raw) => compileCondition(scalarText(raw) ?? ''), {
    description: 'Expression; tasks for which it is false do not exist.',
  }).optional(),
  ...parameterFields,
  inputs: readField(readInputs, {
    description:
      'Files the task reads: name -> address or path, a list, or { path, as }. Their content decides whether it runs again. With `as: address` the task is handed the URL of an object instead of the path of a copy, with `as: mount` the path below which jobs find the storage mounted.',
  }).optional(),
  outputs: readField(readOutputs, {
    description: 'Files the task makes: name -> address or path, or { path, inPlace, mayBeEmpty }.',
    type: 'object',
  }).optional(),
  staging: z
    .enum(['leader', 'job'])
    .optional()
    .describe(
      'Who moves inputs and outputs of storages that are not on the local disk: the leader, or the job itself. Default: what `run.staging` says.',
    ),
  resources: ResourceConfig.optional().describe('What one attempt needs.'),
  retry: RetryConfig.optional().describe('Number of attempts, or how to try again.'),
  env: readField((raw, report) => entries(raw, report, templateFromEnv), {
    description: 'Variables of the environment. The only place where secrets may be named.',
    type: 'object',
  }).optional(),
  dir: text('Working directory, relative to the project.'),
  image: text('Container image.'),
  backend: z
    .string()
    .optional()
    .describe('Backend that runs it; `leader` for functions inside the leading process.'),
  limits: Limits.describe(
    'Limits a running task holds slots of: name, list of names, or name -> slots.',
  ),
  priority: z.number().int().optional().describe('Higher starts first. Default 0.'),
  reuse: z.boolean().optional().describe('Whether finished work is used again. Default true.'),
  queueTimeout: Duration.optional().describe('Longest wait in the queue of the backend.'),
  idleTimeout: Duration.optional().describe('Longest time without a sign of life.'),
  options: argumentsField('Options only the backend understands.'),
});

/** One task, read. */
export type TaskConfig = z.output<typeof TaskConfig>;
