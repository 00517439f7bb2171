import { didYouMean } from '@orchestrate/core';
import type { Problems } from '../pyyaml/problem.ts';
import {
  type Field,
  type Fields,
  fieldsOf,
  keySpot,
  listOf,
  mapOf,
  type Part,
  partsOf,
  placeOf,
  refuseUnknown,
  spotOf,
  textOf,
  unexpected,
} from './fields.ts';
import type { Hook, TaskType, UpstreamArgument, UpstreamTask } from './model.ts';
import { attributeOf, expectedInstead, isTaskType, TASK_TYPES } from './task-types.ts';

/** Whether tasks of a hook know a run. */
export function isRunHook(hook: Hook): boolean {
  return hook === 'pre_run' || hook === 'post_run';
}

/** The tasks of a hook; a hook without a value is an empty one, which upstream refuses. */
export function readHook(
  field: Field | undefined,
  hook: Hook,
  problems: Problems,
): readonly UpstreamTask[] {
  if (field === undefined || field.node.value === null) return [];
  const list = listOf(field, problems);
  if (list === undefined) return [];
  return partsOf(list, field.path).flatMap((part) => {
    const task = readTask(part, hook, problems);
    return task === undefined ? [] : [task];
  });
}

function readTask(part: Part, hook: Hook, problems: Problems): UpstreamTask | undefined {
  const map = mapOf(part, problems);
  if (map === undefined) return undefined;
  const fields = fieldsOf(map, part.path, problems);
  refuseUnknown(fields.values(), ['name', 'args', 'value'], { what: 'a task', problems });
  const value = fields.get('value');
  if (value !== undefined && !['bigint', 'number'].includes(typeof value.node.value)) {
    unexpected(value, 'a number', problems);
  }
  const type = taskType(part, fields.get('name'), problems);
  if (type === undefined) return undefined;
  const given = fields.get('args');
  const named =
    given === undefined || given.node.value === null ? undefined : mapOf(given, problems);
  const args: Fields =
    given === undefined || named === undefined ? new Map() : fieldsOf(named, given.path, problems);
  refuseMisplaced(part, { type, hook, args }, problems);
  return {
    type,
    arguments: readArguments(part, { type, hook, args }, problems),
    place: placeOf(part, problems),
  };
}

function taskType(part: Part, field: Field | undefined, problems: Problems): TaskType | undefined {
  if (field === undefined) {
    const message = 'the required property `name` of a task is missing';
    problems.error(spotOf(part), { kind: 'missing-key', message, hint: KNOWN });
    return undefined;
  }
  const name = textOf(field, problems);
  if (name === undefined || isTaskType(name)) return name;
  const message = `there is no task type \`${name}\`${didYouMean(name, Object.keys(TASK_TYPES))}`;
  problems.error(spotOf(field), { kind: 'unknown-task', message, hint: KNOWN });
  return undefined;
}

const KNOWN = `known are ${Object.keys(TASK_TYPES).join(', ')}`;

interface TaskFields {
  readonly type: TaskType;
  readonly hook: Hook;
  readonly args: Fields;
}

/** What upstream can only fail at, since the hook knows no run. */
function refuseMisplaced(part: Part, { type, hook, args }: TaskFields, problems: Problems): void {
  if (isRunHook(hook)) return;
  const whole = type === 'remove' && !args.has('directory');
  if (TASK_TYPES[type].only !== 'run' && !whole) return;
  problems.error(spotOf(part), {
    kind: 'task-outside-run',
    message: `\`${type}\`${whole ? ' without `directory`' : ''} needs a run, and ${hook} has none`,
    hint: 'move it to pre_run or post_run, or use `execute` with a command',
  });
}

function readArguments(
  part: Part,
  task: TaskFields,
  problems: Problems,
): ReadonlyMap<string, UpstreamArgument> {
  const specs = TASK_TYPES[task.type].arguments;
  const what = `the task \`${task.type}\``;
  refuseUnknown(task.args.values(), Object.keys(specs), { what, problems });
  const args = new Map<string, UpstreamArgument>();
  for (const [name, { kind, required }] of Object.entries(specs)) {
    const field = task.args.get(name);
    const empty = field === undefined || field.node.value === null;
    if (empty && required === true) {
      const message = `${what} needs the argument \`${name}\``;
      problems.error(field === undefined ? spotOf(part) : spotOf(field), {
        kind: 'missing-key',
        message,
      });
    }
    if (field === undefined || empty) continue;
    const { value } = field.node;
    if (attributeOf(value) !== undefined) refuseReference(field, task.hook, problems);
    else {
      const expected = expectedInstead(kind, value);
      if (expected !== undefined) unexpected(field, expected, problems);
    }
    args.set(name, { value, place: placeOf(field, problems) });
  }
  return args;
}

function refuseReference(field: Field, hook: Hook, problems: Problems): void {
  if (isRunHook(hook)) return;
  problems.error(keySpot(field), {
    kind: 'task-outside-run',
    message: `a text that begins with \`run.\` stands for an attribute of the run, and ${hook} has no run`,
    hint: 'write the value itself, or begin a command with `./`',
  });
}
