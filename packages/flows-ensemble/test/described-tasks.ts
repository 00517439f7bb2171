import {
  type FlowContext,
  Parameters,
  parameterFields,
  parameterSpace,
  type TaskSet,
} from '@orchestrate/core';
import { z } from 'zod';

const DescribedNeed = z.union([
  z.string().transform((task) => ({ task, how: undefined, after: undefined })),
  z.strictObject({
    task: z.string(),
    how: z.literal('all').optional(),
    after: z.literal('end').optional(),
  }),
]);

const DescribedTask = z.looseObject({
  needs: z.array(DescribedNeed).default([]),
  once: z.boolean().default(false),
  call: z.string().optional(),
  args: z.json().optional(),
  run: z.unknown().optional(),
  limits: z.record(z.string(), z.number()).optional(),
  reuse: z.boolean().optional(),
});
type DescribedTask = z.output<typeof DescribedTask>;

const Description = z.looseObject({
  tasks: z.record(z.string(), DescribedTask),
  members: z.strictObject({ limit: z.string() }).optional(),
});

function specOf({ call, args = null, run }: DescribedTask): ReturnType<TaskSet['spec']> {
  if (call !== undefined) {
    const [module = '', name = ''] = call.split('#');
    return { work: { kind: 'function', module, export: name, args } };
  }
  if (typeof run === 'string') return { work: { kind: 'shell', shell: 'sh', script: run } };
  return { work: { kind: 'command', argv: z.array(z.coerce.string()).parse(run) } };
}

/**
 * Stands in for the engine's planning of described tasks, as far as the shape of a graph goes: sets, sizes, needs and groups.
 * Expressions in texts stay as they are written. It is held to the flow contract itself.
 */
export function describedTasks(
  context: Pick<FlowContext, 'name' | 'readText' | 'sha256'>,
  given: object,
): { readonly sets: readonly TaskSet[] } {
  const description = Description.parse(given);
  const parameters = Object.fromEntries(
    Object.entries(given).filter(([name]) => Object.hasOwn(parameterFields, name)),
  );
  const space = parameterSpace(Parameters.parse(parameters), (path) => context.readText(path));
  const nameOf = (task: string) => `${context.name}.${task}`;
  const isOnce = (task: string) => description.tasks[task]?.once === true;
  const sets = Object.entries(description.tasks).map(([name, task]): TaskSet => {
    const { limits, reuse } = task;
    const needs = task.needs.map(({ task: on, how, after }) => ({
      set: nameOf(on),
      how: how === 'all' || isOnce(on) || task.once ? ('all' as const) : ('aligned' as const),
      ...(after === undefined ? {} : { after }),
    }));
    return {
      name: nameOf(name),
      size: task.once ? 1 : space.size,
      digest: context.sha256(JSON.stringify([nameOf(name), task, space.identity])),
      label: (index) => (task.once ? '' : space.label(index)),
      spec: () => specOf(task),
      needs,
      ...(limits === undefined ? {} : { limits }),
      ...(reuse === undefined ? {} : { reuse }),
      ...(task.once || description.members === undefined
        ? {}
        : { group: { name: context.name, limit: description.members.limit } }),
    };
  });
  return { sets };
}
