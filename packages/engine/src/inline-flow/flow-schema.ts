import { NAME_PATTERN, parameterFields } from '@orchestrate/core';
import { z } from 'zod';
import { checkFlow } from './check-flow.ts';
import { TaskConfig } from './task-schema.ts';

const TaskName = z
  .string()
  .regex(NAME_PATTERN, 'the name of a task starts with a letter and has letters, digits, - and _');

/** Where the schema found something wrong; an unknown key leaves what is around it intact. */
function brokenPaths(issues: readonly z.core.$ZodRawIssue[]): readonly (readonly PropertyKey[])[] {
  return issues.flatMap(({ code, path = [] }) => (code === 'unrecognized_keys' ? [] : [path]));
}

/** A flow written in the project file: what is left of an entry of `flows:` without `use`, `needs` and `backend`. */
export const InlineFlowConfig = z
  .strictObject({
    ...parameterFields,
    members: z
      .strictObject({
        limit: z
          .string()
          .optional()
          .describe('Limit of which a member holds one slot from its first task to its last.'),
      })
      .optional()
      .describe('How the members of the flow run.'),
    tasks: z.record(TaskName, TaskConfig).describe('The tasks by name.'),
  })
  .superRefine(
    (config, context) => {
      for (const { path, message } of checkFlow(config, brokenPaths(context.issues))) {
        context.addIssue({ code: 'custom', path: [...path], message });
      }
    },
    // Also when some field is wrong: all problems are to be seen at once.
    { when: () => true },
  );

/** A flow, read. */
export type InlineFlowConfig = z.output<typeof InlineFlowConfig>;
