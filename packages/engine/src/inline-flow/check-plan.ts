import { didYouMean, type FlowError, isFlowError } from '@orchestrate/core';
import { RESERVED_NAMES } from './check-names.ts';
import type { InlineFlowConfig } from './flow-schema.ts';
import { scopeAt } from './instance-scope.ts';
import type { FlowFrame, PlannedTask } from './planned-task.ts';
import type { FlowProblem } from './problem.ts';
import { TaskProgram } from './task-program.ts';
import type { TaskText } from './task-texts.ts';
import { NO_RESULTS } from './upstream-flows.ts';

/** Outputs of at most so many instances are compared one by one. */
const COMPARED = 20_000;

/** Names that a parameter file turned out not to have, and flows that are not there. */
function checkNames(task: PlannedTask, config: InlineFlowConfig, frame: FlowFrame): FlowProblem[] {
  const known = [
    ...(task.perMember ? (frame.members?.names ?? []) : []),
    ...(task.own?.names ?? []),
  ];
  const read = (task.perMember && config.from !== undefined) || task.config.from !== undefined;
  return task.texts.flatMap(({ template, path, role }) =>
    template.names.flatMap((name): FlowProblem[] => {
      const [root = ''] = name.path;
      const place = ['tasks', task.name, ...path];
      const complaint = root === 'flows' ? frame.upstream.complaint(name.path) : undefined;
      if (complaint !== undefined) return [{ path: place, message: complaint }];
      const closed = read && (task.config.each === undefined || role === 'items');
      if (!closed || name.optional || RESERVED_NAMES.has(root) || known.includes(root)) return [];
      return [
        {
          path: place,
          message: `there is no parameter or name "${root}"${didYouMean(root, known)}`,
        },
      ];
    }),
  );
}

/** Two tasks that write the same file would overwrite each other. */
function checkOutputs(
  task: PlannedTask,
  frame: FlowFrame,
  seen: Map<string, string>,
): FlowProblem[] {
  if (task.dynamic || (task.config.outputs?.size ?? 0) === 0) return [];
  const space = task.space(NO_RESULTS);
  const program = new TaskProgram(frame, task);
  for (let index = 0; index < Math.min(space.size, COMPARED); index += 1) {
    const scope = scopeAt(frame, { task, space, index }, NO_RESULTS);
    for (const { name, address } of program.outputs({ ...scope, resources: {} })) {
      const other = seen.get(address);
      if (other !== undefined) {
        const hint =
          other === task.set
            ? 'name a parameter in the address, such as {{ member.id }}'
            : 'use another address';
        const message = `${address} is written more than once, by ${other}${other === task.set ? '' : ` and ${task.set}`}; ${hint}`;
        return [{ path: ['tasks', task.name, 'outputs', name], message }];
      }
      seen.set(address, task.set);
    }
  }
  return [];
}

/** The first instance stands for all: what is wrong with every one is found before anything runs. */
function checkFirst(task: PlannedTask, frame: FlowFrame): FlowProblem[] {
  if (task.dynamic || task.roots.has('tasks') || task.roots.has('flows')) return [];
  const space = task.space(NO_RESULTS);
  if (space.size > 0) new TaskProgram(frame, task).spec({ task, space, index: 0 }, NO_RESULTS);
  return [];
}

/** Where in a task the text stands that an error quotes; the task itself when that cannot be told. */
export function taskPlace(task: PlannedTask, error: FlowError): FlowProblem['path'] {
  const isQuoted = ({ template: { text } }: TaskText): boolean =>
    text.includes('{{') &&
    (error.message.endsWith(JSON.stringify(text)) || error.message.startsWith(`${text} `));
  const quoted = task.texts.filter(isQuoted);
  return ['tasks', task.name, ...(quoted.length === 1 ? (quoted[0]?.path ?? []) : [])];
}

/**
 * What can only be seen once parameter files are read and the flows before are planned.
 * @param broken tasks whose own parameters are not known
 */
export function checkPlanned(
  config: InlineFlowConfig,
  frame: FlowFrame,
  broken: ReadonlySet<string>,
): FlowProblem[] {
  const seen = new Map<string, string>();
  const whole = [...frame.tasks.values()].filter(({ name }) => !broken.has(name));
  return whole.flatMap((task) => {
    const names = checkNames(task, config, frame);
    if (names.length > 0) return names;
    try {
      return [
        ...checkFirst(task, frame),
        ...(dependsOnOthers(task) ? [] : checkOutputs(task, frame, seen)),
      ];
    } catch (error) {
      if (!isFlowError(error)) throw error;
      return [{ path: taskPlace(task, error), message: error.message }];
    }
  });
}

function dependsOnOthers(task: PlannedTask): boolean {
  const outputs = task.texts.filter(({ path }) => path[0] === 'outputs');
  return outputs.some(({ template }) =>
    template.names.some(({ path }) => path[0] === 'tasks' || path[0] === 'flows'),
  );
}
