import type { Template } from '@orchestrate/core';
import type { ArgsConfig } from './task-fields.ts';
import type { TaskConfig } from './task-schema.ts';

/**
 * What a text is for, and so what it may name.
 * - `work`: what runs; sees everything, other tasks' outputs as paths.
 * - `address`: where inputs and outputs lie, working directory, image, options, resources: known before the task starts.
 * - `space`: which tasks there are (`when`). - `items`: `each`, which comes before `item`.
 */
export type TextRole = 'work' | 'address' | 'resource' | 'space' | 'items';

/** One text of a task. */
export interface TaskText {
  readonly template: Template;
  readonly role: TextRole;
  readonly path: readonly (string | number)[];
}

function argumentTexts(
  args: ArgsConfig | undefined,
  role: TextRole,
  path: readonly (string | number)[],
): TaskText[] {
  if (args === undefined) return [];
  switch (args.kind) {
    case 'fixed':
      return [];
    case 'text':
      return [{ template: args.template, role, path: [...path, ...args.path] }];
    case 'list':
      return args.items.flatMap((item) => argumentTexts(item, role, path));
    case 'map':
      return args.entries.flatMap(([, item]) => argumentTexts(item, role, path));
  }
}

function runTexts(run: TaskConfig['run']): TaskText[] {
  if (run === undefined) return [];
  if (run.kind === 'text') return [{ template: run.template, role: 'work', path: ['run'] }];
  return run.words.map((template, index) => ({ template, role: 'work', path: ['run', index] }));
}

function fileTexts(config: TaskConfig): TaskText[] {
  const texts: TaskText[] = [];
  for (const [name, { addresses }] of config.inputs ?? []) {
    const templates = 'text' in addresses ? [addresses] : addresses;
    for (const template of templates)
      texts.push({ template, role: 'address', path: ['inputs', name] });
  }
  for (const [name, { address }] of config.outputs ?? []) {
    texts.push({ template: address, role: 'address', path: ['outputs', name] });
  }
  return texts;
}

function one(template: Template | undefined, role: TextRole, key: string): TaskText[] {
  return template === undefined ? [] : [{ template, role, path: [key] }];
}

/** All texts of a task that are expressions or may hold some. */
export function taskTexts(config: TaskConfig): TaskText[] {
  const { each, resources = {} } = config;
  const amounts = Object.entries(resources).flatMap(([name, amount]): TaskText[] =>
    amount !== undefined && 'template' in amount
      ? [{ template: amount.template, role: 'resource', path: ['resources', name] }]
      : [],
  );
  return [
    ...runTexts(config.run),
    ...argumentTexts(config.args, 'work', ['args']),
    ...[...(config.env ?? [])].map(
      ([name, template]): TaskText => ({ template, role: 'work', path: ['env', name] }),
    ),
    ...fileTexts(config),
    ...amounts,
    ...one(config.dir, 'address', 'dir'),
    ...one(config.image, 'address', 'image'),
    ...argumentTexts(config.options, 'address', ['options']),
    ...one(config.when, 'space', 'when'),
    ...one(each !== undefined && 'template' in each ? each.template : undefined, 'items', 'each'),
  ];
}

/** Names of tasks that a text refers to by `tasks.NAME`. */
export function tasksNamed(template: Template): string[] {
  return template.names.flatMap(({ path }) =>
    path[0] === 'tasks' && path[1] !== undefined ? [path[1]] : [],
  );
}
