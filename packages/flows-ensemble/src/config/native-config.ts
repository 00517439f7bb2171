import { Duration, FAILURE_CLASSES, NAME_PATTERN, parameterFields } from '@orchestrate/core';
import { z } from 'zod';
import { CommandText, HookConfig } from './hook-config.ts';
import { checkedVerbatim, verbatim } from './verbatim.ts';

/** What they may be, where an editor has no more to go by. */
const PARAMETER_TYPES: Readonly<Record<keyof typeof parameterFields, readonly string[]>> = {
  matrix: ['object'],
  range: ['object'],
  zip: ['object'],
  from: ['string', 'object'],
  exclude: ['array'],
  parameters: ['object', 'array'],
};

const rawParameters = Object.fromEntries(
  Object.entries(parameterFields).map(([name, schema]) => {
    const { description = name } = schema.meta() ?? schema.unwrap().meta() ?? {};
    const type = PARAMETER_TYPES[name as keyof typeof parameterFields];
    return [name, checkedVerbatim(schema, { description, type })];
  }),
) as Record<keyof typeof parameterFields, ReturnType<typeof checkedVerbatim>>;

const Slots = z.number().int().min(1);

/** What tells that a member got further from one attempt to the next. */
const ProgressConfig = z.union([
  z
    .string()
    .transform((files) => ({ files: [files], run: undefined, patience: 1 }))
    .describe('Files in the directory of the member, as a pattern: `checkpoint*.nc`.'),
  z
    .strictObject({
      files: z
        .union([z.string().transform((one) => [one]), z.array(z.string()).min(1)])
        .optional()
        .describe('Patterns of files whose names, sizes and contents change with progress.'),
      run: CommandText.optional().describe('A command whose output changes with progress.'),
      patience: z
        .number()
        .int()
        .min(1)
        .default(1)
        .describe('Attempts in a row without progress after which the member is given up.'),
    })
    .refine(({ files, run }) => (files === undefined) !== (run === undefined), {
      message: 'expected either files or run',
    }),
]);

const ResubmitConfig = z.strictObject({
  attempts: z.number().int().min(1).default(10).describe('Attempts in all.'),
  on: z
    .array(z.enum(FAILURE_CLASSES))
    .default(['timeout', 'out-of-memory'])
    .describe('Failure classes after which the job is submitted again.'),
  unfinished: z
    .boolean()
    .default(true)
    .describe('Submit again a job that ended well although the success probe says no.'),
  delay: Duration.optional().describe('Wait before the second attempt. Default 1s.'),
  factor: z.number().min(1).optional().describe('Grows the wait. Default 2.'),
  maxDelay: Duration.optional().describe('Longest wait. Default 5m.'),
  memory: verbatim('More memory after out-of-memory: a factor, or { factor, max }.'),
  time: verbatim('More time after timeout: a factor, or { factor, max }.'),
});

const ArchiveConfig = z
  .strictObject({
    to: z.string().optional().describe('A path, or `host:path` over SSH. Expressions are allowed.'),
    address: z
      .string()
      .optional()
      .describe(
        'In place of `to`: a folder in a storage of the project, `archive:members/{{ member.id }}/`.',
      ),
    include: z.array(z.string()).optional().describe('Patterns of files to archive. Default: all.'),
    exclude: z.array(z.string()).optional().describe('Patterns of files to leave out.'),
    remove: z
      .boolean()
      .default(false)
      .describe(
        'Remove the directory of the member once every file of it is verified in the archive.',
      ),
    disposable: z
      .array(z.string())
      .default([])
      .describe('Patterns of files that may be removed without being archived.'),
  })
  .refine(({ to, address }) => (to === undefined) !== (address === undefined), {
    message: 'expected either to or address',
  });

const hooks = (when: string) =>
  z.array(HookConfig).default([]).describe(`Steps ${when}, in order.`);

/** Options of an ensemble written for Orchestrate. */
export const NativeConfig = z
  .strictObject({
    ...rawParameters,
    template: z.string().describe('Folder that is copied for every member, below the project.'),
    render: z
      .array(z.string())
      .default(['**/*.j2'])
      .describe('Files of the template that are rendered (Jinja2) and lose their `.j2`.'),
    undefined: z
      .enum(['refuse', 'empty'])
      .default('refuse')
      .describe('What a name that does not exist is in a template: an error, or nothing.'),
    directory: z
      .string()
      .optional()
      .describe('Directory of a member, below the project. Default: `FLOW/{{ member.id }}`.'),
    job: z
      .string()
      .optional()
      .describe('Script in the directory of the member that does the work.'),
    run: CommandText.optional().describe('The work, in place of `job`: a command.'),
    resources: verbatim('What one attempt of the job needs, as for tasks.', 'object'),
    env: verbatim('Environment of the job.', 'object'),
    image: z.string().optional().describe('Container image of the job.'),
    options: verbatim('Options of the job that only the backend understands.'),
    outputs: verbatim('Files every member must leave: name -> path in its directory.', 'object'),
    steps: z
      .string()
      .regex(NAME_PATTERN)
      .optional()
      .describe(
        'Backend for directories, hooks and archive. Default: `local` when the flow names a backend for its jobs.',
      ),
    members: Slots.optional().describe('How many members may be under way at once.'),
    jobs: Slots.optional().describe('How many jobs may be submitted at once.'),
    limits: verbatim('Limits of the project a running job holds slots of.'),
    priority: z.number().int().optional().describe('Higher starts first. Default 0.'),
    before: hooks('before the first member'),
    prepare: hooks('for every member before its directory is made'),
    pre: hooks('for every member before its job'),
    post: hooks('for every member after its job has succeeded'),
    after: hooks('after the last member, however the members ended'),
    success: CommandText.optional().describe(
      'Says whether a member is finished, beside the exit code of its job. Runs in its directory.',
    ),
    progress: ProgressConfig.optional().describe('Gives up members that get nowhere.'),
    resubmit: ResubmitConfig.optional().describe('When and how a job is submitted again.'),
    archive: ArchiveConfig.optional().describe('Copy finished members away, verified.'),
    extend: z
      .array(verbatim('Parameters with new values.', 'object'))
      .default([])
      .describe(
        'Runs finished members further with new values of parameters, one entry after the other.',
      ),
  })
  .refine(({ job, run }) => (job === undefined) !== (run === undefined), {
    message: 'expected either job or run',
  })
  .refine(({ outputs, extend }) => outputs === undefined || extend.length === 0, {
    path: ['outputs'],
    message: 'cannot be given together with extend: the same files would be left twice',
  })
  .meta({ title: 'Written for Orchestrate' });

/** Options of a native ensemble, read. */
export type NativeConfig = z.output<typeof NativeConfig>;
