import {
  didYouMean,
  hasParameters,
  isPlainObject,
  type NamePath,
  type Value,
} from '@orchestrate/core';
import type { InlineFlowConfig } from './flow-schema.ts';
import { parameterNames } from './parameter-names.ts';
import type { FlowProblem } from './problem.ts';
import type { TaskConfig } from './task-schema.ts';
import { type TaskText, type TextRole, taskTexts } from './task-texts.ts';

/** Names with a meaning of their own in expressions. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  'attempt',
  'flows',
  'index',
  'inputs',
  'item',
  'member',
  'outputs',
  'parameters',
  'project',
  'resources',
  'tasks',
]);

const MEMBER_FIELDS = ['id', 'index', 'label', 'parameters', 'dir'];

/** What surrounds a text. */
export interface NameContext {
  readonly flow: InlineFlowConfig;
  readonly task: TaskConfig;
  readonly tasks: ReadonlyMap<string, TaskConfig>;
  /** Whether nothing is known of a task but its name. */
  readonly unreadable: (task: TaskConfig) => boolean;
}

/** Whether `each` goes over the members of another flow; its items are then `member` as well. */
function eachOverMembers(task: TaskConfig): boolean {
  if (task.each === undefined || !('template' in task.each)) return false;
  const { names, text } = task.each.template;
  const [only] = names;
  return (
    names.length === 1 &&
    /^\s*\{\{[^|]*\}\}\s*$/.test(text) &&
    only?.path[0] === 'flows' &&
    only.path[2] === 'members' &&
    only.path.length === 3
  );
}

/** Names beside the reserved ones; `undefined` when they are not known before the flow is planned. */
function ownNames({ flow, task }: NameContext, role: TextRole): string[] | undefined {
  if ((task.once !== true && flow.from !== undefined) || task.from !== undefined) return undefined;
  const parameters = [...(task.once === true ? [] : parameterNames(flow)), ...parameterNames(task)];
  if (task.each === undefined || role === 'items') return parameters;
  if (!('items' in task.each)) return undefined;
  const keys = task.each.items.flatMap((item: Value) =>
    isPlainObject(item) ? Object.keys(item) : [],
  );
  return [...parameters, ...keys];
}

const ALWAYS = ['project', 'parameters', 'tasks', 'flows'];

function reservedFor(context: NameContext, role: TextRole): string[] {
  const { flow, task } = context;
  const names = [...ALWAYS];
  const overMembers = role !== 'items' && eachOverMembers(task);
  if (overMembers || (task.once !== true && hasParameters(flow))) names.push('member');
  if (role !== 'items' && task.each !== undefined) names.push('item', 'index');
  if (role === 'work') names.push('inputs', 'outputs', 'attempt');
  if (role === 'work' || role === 'address') names.push('resources');
  return names;
}

function missing(what: string, name: string, known: Iterable<string>): string {
  return `there is no ${what} "${name}"${didYouMean(name, known)}`;
}

function checkTaskPath(
  own: string,
  [, name, field, output]: readonly string[],
  { tasks, unreadable }: NameContext,
): string | undefined {
  if (name === undefined) return undefined;
  const other = tasks.get(name);
  if (name === own)
    return 'a task cannot refer to its own result or outputs; its paths are in "outputs"';
  if (other === undefined) {
    const dashed = [...tasks.keys()].find((known) => known.startsWith(`${name}-`));
    if (dashed !== undefined)
      return `there is no task "${name}"; write tasks['${dashed}'] for a name with "-"`;
    return missing('task', name, tasks.keys());
  }
  if (field === undefined || field === 'result' || unreadable(other)) return undefined;
  if (field !== 'outputs') return missing('field of a task', field, ['result', 'outputs']);
  const known = [...(other.outputs?.keys() ?? [])];
  return output === undefined || known.includes(output)
    ? undefined
    : missing(`output of task ${name}`, output, known);
}

function checkFields(
  own: string,
  path: readonly string[],
  context: NameContext,
): string | undefined {
  const [root = '', field] = path;
  const { task } = context;
  if (root === 'tasks') return checkTaskPath(own, path, context);
  if (field === undefined) return undefined;
  if (root === 'project')
    return field === 'name' ? undefined : missing('field of project', field, ['name']);
  const inputs = [...(task.inputs?.keys() ?? [])];
  const known: Readonly<Record<string, readonly string[]>> = {
    inputs,
    outputs: [...(task.outputs?.keys() ?? [])],
    resources: Object.entries(task.resources ?? {}).flatMap(([name, amount]) =>
      amount === undefined ? [] : [name],
    ),
    ...(eachOverMembers(task) ? {} : { member: MEMBER_FIELDS }),
  };
  const fields = Object.hasOwn(known, root) ? known[root] : undefined;
  const word = {
    inputs: 'input',
    outputs: 'output',
    resources: 'declared resource',
    member: 'field of a member',
  };
  if (fields === undefined || fields.includes(field)) return undefined;
  return missing(word[root as keyof typeof word], field, fields);
}

function checkName(
  own: string,
  { path, optional }: NamePath,
  text: TaskText,
  context: NameContext,
): string | undefined {
  const [root = ''] = path;
  const reserved = reservedFor(context, text.role);
  if (reserved.includes(root))
    return optional && root !== 'tasks' ? undefined : checkFields(own, path, context);
  if (RESERVED_NAMES.has(root)) return `"${root}" is not known here`;
  const names = ownNames(context, text.role);
  if (optional || names === undefined || names.includes(root)) return undefined;
  return missing('parameter or name', root, [...names, ...reserved]);
}

/** Names that a task's texts use and that cannot be there. */
export function checkNames(own: string, context: NameContext): FlowProblem[] {
  return taskTexts(context.task).flatMap((text) => {
    const messages = text.template.names.flatMap(
      (name) => checkName(own, name, text, context) ?? [],
    );
    return [...new Set(messages)].map((message) => ({ path: text.path, message }));
  });
}
