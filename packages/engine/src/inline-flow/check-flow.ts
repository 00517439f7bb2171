import {
  didYouMean,
  hasParameters,
  isFlowError,
  isPlainObject,
  type ParameterConfig,
} from '@orchestrate/core';
import { findReferences } from '../project/reference-syntax.ts';
import { checkNames, RESERVED_NAMES } from './check-names.ts';
import { plainWords } from './command-words.ts';
import type { InlineFlowConfig } from './flow-schema.ts';
import { parameterNames } from './parameter-names.ts';
import type { FlowProblem } from './problem.ts';
import { compileScript } from './shell-script.ts';
import type { TaskConfig } from './task-schema.ts';
import { tasksNamed, taskTexts } from './task-texts.ts';

type Tasks = ReadonlyMap<string, TaskConfig>;

function checkWork(config: TaskConfig): FlowProblem[] {
  const problems: FlowProblem[] = [];
  const add = (path: readonly string[], message: string): void => {
    problems.push({ path, message });
  };
  if (config.run === undefined && config.call === undefined) add([], 'expected either run or call');
  if (config.run !== undefined && config.call !== undefined)
    add(['call'], 'expected either run or call, got both');
  if (config.args !== undefined && config.call === undefined) add(['args'], 'only a call has args');
  if (config.shell !== undefined && config.run?.kind !== 'text')
    add(['shell'], 'only a text to run has a shell');
  if (config.call !== undefined && !/^[^#\s]+#[A-Za-z_$][\w$]*$/.test(config.call)) {
    add(['call'], 'expected a module and the name of an exported function: "./module.ts#name"');
  }
  return [...problems, ...checkScript(config), ...checkSecrets(config)];
}

function checkScript({ run, shell }: TaskConfig): FlowProblem[] {
  if (run?.kind !== 'text' || (shell === undefined && plainWords(run.template) !== undefined))
    return [];
  try {
    compileScript(run.template);
    return [];
  } catch (error) {
    if (!isFlowError(error) || error.code === 'SECRET_IN_COMMAND') return [];
    return [{ path: ['run'], message: error.message }];
  }
}

function checkSecrets(config: TaskConfig): FlowProblem[] {
  const texts = taskTexts(config).filter(({ path }) => path[0] !== 'env');
  const named = (text: string): boolean =>
    findReferences(text).some((found) => 'kind' in found && found.kind === 'secret');
  const problems = texts
    .filter(({ template }) => named(template.text))
    .map(({ path }) => ({ path, message: 'a secret may only stand in env (SECRET_IN_COMMAND)' }));
  if (
    named(JSON.stringify(config.args ?? null)) &&
    !problems.some(({ path }) => path[0] === 'args')
  ) {
    problems.push({
      path: ['args'],
      message: 'a secret may only stand in env (SECRET_IN_COMMAND)',
    });
  }
  return problems;
}

function checkNeeds(name: string, config: TaskConfig, tasks: Tasks): FlowProblem[] {
  return (config.needs ?? []).flatMap(({ task, path }): FlowProblem[] => {
    if (task === name) return [{ path: ['needs', ...path], message: 'a task cannot need itself' }];
    if (tasks.has(task)) return [];
    return [
      {
        path: ['needs', ...path],
        message: `there is no task "${task}"${didYouMean(task, tasks.keys())}`,
      },
    ];
  });
}

/** Tasks that a task needs, named or implied. */
export function neededTasks(name: string, config: TaskConfig, tasks: Tasks): string[] {
  const implied = taskTexts(config).flatMap(({ template }) => tasksNamed(template));
  const all = [...(config.needs ?? []).map(({ task }) => task), ...implied];
  return [...new Set(all)].filter((task) => task !== name && tasks.has(task));
}

function checkCycles(tasks: Tasks): FlowProblem[] {
  const done = new Set<string>();
  const problems: FlowProblem[] = [];
  const visit = (name: string, path: readonly string[]): void => {
    const before = path.indexOf(name);
    if (before >= 0) {
      const cycle = [...path.slice(before), name].join(' -> ');
      problems.push({
        path: ['tasks', name, 'needs'],
        message: `these tasks need each other: ${cycle}`,
      });
      return;
    }
    const config = tasks.get(name);
    if (done.has(name) || config === undefined) return;
    for (const need of neededTasks(name, config, tasks)) visit(need, [...path, name]);
    done.add(name);
  };
  for (const name of tasks.keys()) visit(name, []);
  return problems;
}

function checkParameters(
  config: ParameterConfig,
  taken: readonly string[],
  where: string,
): FlowProblem[] {
  const names = parameterNames(config);
  return names.flatMap((name, position): FlowProblem[] => {
    if (RESERVED_NAMES.has(name))
      return [
        { path: [], message: `"${name}" has a meaning of its own and cannot be a parameter` },
      ];
    if (names.indexOf(name) !== position)
      return [{ path: [], message: `parameter "${name}" is given twice` }];
    return taken.includes(name)
      ? [{ path: [], message: `parameter "${name}" is given ${where} as well` }]
      : [];
  });
}

function under(
  prefix: readonly (string | number)[],
  problems: readonly FlowProblem[],
): FlowProblem[] {
  return problems.map(({ path, message }) => ({ path: [...prefix, ...path], message }));
}

/** The tasks by name. */
export function tasksOf(config: Pick<InlineFlowConfig, 'tasks'>): Tasks {
  return new Map(Object.entries(config.tasks));
}

/** What the schema found wrong already: fields at and below these paths cannot be relied on. */
type Broken = readonly (readonly PropertyKey[])[];

const UNREADABLE: TaskConfig = {};

/** The flow without the fields that could not be read, so that the rest of it can be checked all the same. */
function readable(config: unknown, broken: Broken): InlineFlowConfig | undefined {
  const tasks = isPlainObject(config) ? config['tasks'] : undefined;
  if (!isPlainObject(config) || !isPlainObject(tasks)) return undefined;
  const bad = new Set(broken.map((path) => path.slice(0, path[0] === 'tasks' ? 2 : 1).join('\n')));
  const kept = Object.entries(tasks).map(([name, task]): [string, TaskConfig] => {
    const unreadable = bad.has(`tasks\n${name}`) || !isPlainObject(task);
    return [name, unreadable ? UNREADABLE : (task as TaskConfig)];
  });
  const fields = Object.entries(config).filter(([name]) => !bad.has(name));
  return { ...Object.fromEntries(fields), tasks: Object.fromEntries(kept) };
}

/** Everything that can be wrong with a flow without reading another file, beside what is at the `broken` paths. */
export function checkFlow(raw: unknown, broken: Broken = []): FlowProblem[] {
  const config = readable(raw, broken);
  if (config === undefined) return [];
  const tasks = tasksOf(config);
  const members = parameterNames(config);
  const problems = checkParameters(config, [], 'in the flow');
  if (tasks.size === 0) problems.push({ path: ['tasks'], message: 'expected at least one task' });
  if (config.members !== undefined && broken.length === 0 && !hasParameters(config)) {
    const message = 'this flow has no members: it has no matrix, zip, range, from or parameters';
    problems.push({ path: ['members'], message });
  }
  const namesKnown = broken.every((path) => path[0] === 'tasks');
  for (const [name, task] of tasks) {
    if (task === UNREADABLE) continue;
    const found = [
      ...checkWork(task),
      ...checkNeeds(name, task, tasks),
      ...checkParameters(task, task.once === true ? [] : members, 'in the flow'),
      ...(namesKnown
        ? checkNames(name, { flow: config, task, tasks, unreadable: isUnreadable })
        : []),
    ];
    problems.push(...under(['tasks', name], found));
  }
  return [...problems, ...checkCycles(tasks)];
}

function isUnreadable(task: TaskConfig): boolean {
  return task === UNREADABLE;
}
