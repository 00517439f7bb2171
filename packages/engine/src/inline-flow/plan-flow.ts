import {
  attachWritten,
  type FlowContext,
  type FlowError,
  hasParameters,
  isFlowError,
  type Json,
  type JsonObject,
  type Need,
  type ParameterConfig,
  type ParameterSpace,
  parameterDefinition,
  parameterSpace,
  plainValue,
  type Results,
  type TaskGraph,
  type TaskSet,
  WrittenNumber,
} from '@orchestrate/core';
import { neededTasks, tasksOf } from './check-flow.ts';
import { checkPlanned, taskPlace } from './check-plan.ts';
import { inlineError } from './errors.ts';
import type { InlineFlowConfig } from './flow-schema.ts';
import { parameterIndices } from './instance-scope.ts';
import { type InstanceSpace, needBetween, sharedDepth } from './instance-space.ts';
import { itemValue, planTask, taskLabels } from './plan-task.ts';
import type { FlowFrame, PlannedTask } from './planned-task.ts';
import { type FlowProblem, flowInvalid } from './problem.ts';
import { policies } from './task-policies.ts';
import { TaskProgram } from './task-program.ts';
import type { TaskConfig } from './task-schema.ts';
import { type TaskText, tasksNamed } from './task-texts.ts';
import { NO_RESULTS, UpstreamFlows } from './upstream-flows.ts';

/** Moves when the same configuration would give other specs than before. */
const FORMAT = 1;

type Path = readonly (string | number)[];

class Problems {
  readonly found: FlowProblem[] = [];

  /** Runs an act; a `FlowError` it throws becomes a problem of the task. */
  of<T>(task: PlannedTask, act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      if (!isFlowError(error)) throw error;
      this.#take(taskPlace(task, error), error);
      return undefined;
    }
  }

  /** The parameters at a path, if there are any; a table that cannot be read is a problem of `from`. */
  space(path: Path, config: ParameterConfig, context: FlowContext): ParameterSpace | undefined {
    if (!hasParameters(config)) return undefined;
    let isRead = true;
    const readText = (file: string): string => {
      isRead = false;
      const text = context.readText(file);
      isRead = true;
      return text;
    };
    try {
      return parameterSpace(parameterDefinition(config), readText);
    } catch (error) {
      if (!isFlowError(error)) throw error;
      this.#take(isRead ? path : [...path, 'from'], error);
      return undefined;
    }
  }

  #take(path: Path, { code, message, hint }: FlowError): void {
    // What the code of all problems of flows says is said once, not with each.
    const isSpecific = hint !== '' && code !== 'INLINE_FLOW_INVALID';
    this.found.push({ path, message, ...(isSpecific ? { hint } : {}) });
  }
}

/** Tasks in an order in which each comes after those it needs. The schema has refused cycles. */
function inOrder(configs: ReadonlyMap<string, TaskConfig>): [string, TaskConfig][] {
  const ordered = new Map<string, TaskConfig>();
  const open = new Set<string>();
  const visit = (name: string, config: TaskConfig): void => {
    if (ordered.has(name) || open.has(name)) return;
    open.add(name);
    for (const other of neededTasks(name, config, configs)) {
      const needed = configs.get(other);
      if (needed !== undefined) visit(other, needed);
    }
    ordered.set(name, config);
  };
  for (const [name, config] of configs) visit(name, config);
  return [...ordered];
}

/** Tasks whose results or addresses are asked for when these texts are rendered, also by way of other tasks' outputs. */
function askedTasks(
  texts: readonly TaskText[],
  frame: FlowFrame,
  asked = new Set<string>(),
): Set<string> {
  for (const name of texts.flatMap(({ template }) => tasksNamed(template))) {
    const other = frame.tasks.get(name);
    if (other === undefined || asked.has(name)) continue;
    asked.add(name);
    const asksToo = other.texts.filter(
      ({ path: [key] }) => key === 'outputs' || key === 'each' || key === 'when',
    );
    askedTasks(asksToo, frame, asked);
  }
  return asked;
}

function upstreamNeeds(task: PlannedTask, frame: FlowFrame): Need[] {
  const named = task.texts.flatMap(({ template }) => template.names);
  const sets = named.flatMap(({ path: [root, flow = '', field, name = ''] }) => {
    const set =
      root === 'flows' && field === 'tasks' ? frame.upstream.tasks(flow).get(name) : undefined;
    return set === undefined ? [] : [set.name];
  });
  return [...new Set(sets)].map((set) => ({ set, how: 'all' }));
}

function needsOf(task: PlannedTask, space: InstanceSpace | undefined, frame: FlowFrame): Need[] {
  const named = task.config.needs ?? [];
  const names = new Set([...named.map((need) => need.task), ...askedTasks(task.texts, frame)]);
  const ended = new Set(named.flatMap((need) => (need.afterEnd ? [need.task] : [])));
  const own = [...names].flatMap((name): Need[] => {
    const other = frame.tasks.get(name);
    if (other === undefined) return [];
    const after = ended.has(name) ? { after: 'end' as const } : {};
    if (space === undefined || other.dynamic || task.barriers.has(name))
      return [{ set: other.set, how: 'all', ...after }];
    const depth = sharedDepth(task.identities, other.identities);
    return [{ ...needBetween(space, other.set, other.space(NO_RESULTS), depth), ...after }];
  });
  return [...own, ...upstreamNeeds(task, frame)];
}

/** What a task does and reads; the rest says when and where. */
const IDENTIFYING = [
  'run',
  'shell',
  'call',
  'args',
  'env',
  'inputs',
  'outputs',
  'resources',
  'dir',
  'image',
  'options',
  'each',
  'when',
] as const;

/** JSON in which maps and templates are what they were written as. */
function identityOf(config: TaskConfig): string {
  const part = Object.fromEntries(IDENTIFYING.map((field) => [field, config[field]]));
  return JSON.stringify(part, (_key, value: unknown) => {
    if (value instanceof Map) return [...value];
    if (value instanceof WrittenNumber) return { written: value.text };
    if (value !== null && typeof value === 'object' && 'spans' in value && 'text' in value)
      return value.text;
    return value;
  });
}

class FlowPlanner {
  readonly #context: FlowContext;
  readonly #frame: FlowFrame;
  readonly #limit: string | undefined;
  readonly #digests = new Map<string, string>();

  constructor(context: FlowContext, frame: FlowFrame, limit: string | undefined) {
    this.#context = context;
    this.#frame = frame;
    this.#limit = limit;
  }

  #digest(task: PlannedTask): string {
    const known = this.#digests.get(task.name);
    if (known !== undefined) return known;
    const frame = this.#frame;
    const others = [...askedTasks(task.texts, frame)]
      .sort()
      .flatMap((name) => frame.tasks.get(name) ?? []);
    const flows = task.texts
      .flatMap(({ template }) => template.names)
      .flatMap(({ path: [root, flow] }) => (root === 'flows' && flow !== undefined ? [flow] : []));
    const digest = this.#context.sha256(
      JSON.stringify([
        FORMAT,
        frame.name,
        frame.projectName,
        task.config.call === undefined ? '' : frame.projectDirectory,
        task.name,
        identityOf(task.config),
        task.perMember ? (frame.members?.identity ?? '') : '',
        task.own?.identity ?? '',
        [...task.barriers],
        others.map((other) => this.#digest(other)),
        flows.map((flow) => frame.upstream.identity(flow)),
      ]),
    );
    this.#digests.set(task.name, digest);
    return digest;
  }

  set(task: PlannedTask): TaskSet {
    return task.dynamic ? this.#placeholder(task) : this.#instances(task, NO_RESULTS);
  }

  #instances(task: PlannedTask, results: Results): TaskSet {
    const frame = this.#frame;
    const space = task.space(results);
    const program = new TaskProgram(frame, task);
    const digest = () => this.#digest(task);
    const needs = needsOf(task, task.dynamic ? undefined : space, frame);
    const member =
      task.identities.length === 1 && task.perMember && !space.filtered && !task.dynamic;
    const group = {
      name: frame.name,
      ...(this.#limit === undefined ? {} : { limit: this.#limit }),
    };
    const named = task.texts
      .filter(({ role }) => role === 'work')
      .flatMap(({ template }) => template.names);
    const namesOutputs = named.some(({ path }) => path[0] === 'tasks' || path[0] === 'flows');
    return {
      ...policies(task.config),
      name: task.set,
      size: space.size,
      get digest() {
        return digest();
      },
      label: taskLabels(frame, task, space),
      spec: (index, known) => program.spec({ task, space, index }, known),
      parameters: (index) => tableValues(frame, { task, space, index }),
      ...(needs.length === 0 ? {} : { needs }),
      ...(member ? { group } : {}),
      hasInputs: task.config.inputs !== undefined || namesOutputs,
      hasOutputs: (task.config.outputs?.size ?? 0) > 0,
    };
  }

  #placeholder(task: PlannedTask): TaskSet {
    const digest = () => this.#digest(task);
    return {
      ...policies(task.config),
      name: task.set,
      size: 0,
      get digest() {
        return digest();
      },
      label: () => '',
      spec: () => {
        throw inlineError('INLINE_FLOW_INVALID', `the tasks of ${task.set} are not known yet`);
      },
      needs: needsOf(task, undefined, this.#frame),
      expand: { into: (results) => [this.#instances(task, results)] },
    };
  }
}

function tableValues(
  frame: FlowFrame,
  position: { task: PlannedTask; space: InstanceSpace; index: number },
): JsonObject {
  const { task, space, index } = position;
  const indices = parameterIndices(position);
  const values: Record<string, unknown> = {
    ...(task.perMember ? frame.members?.at(indices.member) : undefined),
    ...task.own?.at(indices.own),
    ...(space.items === undefined ? undefined : { item: itemValue(space.item(index).value) }),
  };
  const table: Record<string, Json> = {};
  for (const [name, value] of Object.entries(values)) {
    table[name] = plainValue(value) as Json;
    if (value instanceof WrittenNumber) attachWritten(table, name, value.text);
  }
  return table;
}

/**
 * The task graph of a flow written in the project file.
 * @throws INLINE_FLOW_INVALID with every problem in `details.problems`
 */
export function planInlineFlow(config: InlineFlowConfig, context: FlowContext): TaskGraph {
  const problems = new Problems();
  const members = problems.space([], config, context);
  // Without them every task that names one would be a further problem.
  if (problems.found.length > 0) throw flowInvalid(context.name, problems.found);
  const tasks = new Map<string, PlannedTask>();
  const frame: FlowFrame = {
    name: context.name,
    projectName: context.projectName,
    projectDirectory: context.projectDirectory,
    members,
    tasks,
    upstream: new UpstreamFlows(context.upstream),
  };
  for (const [name, task] of inOrder(tasksOf(config))) {
    const own = problems.space(['tasks', name], task, context);
    tasks.set(name, planTask(name, task, frame, own));
  }
  const broken = new Set(problems.found.map(({ path }) => String(path[1])));
  problems.found.push(...checkPlanned(config, frame, broken));
  if (problems.found.length > 0) throw flowInvalid(context.name, problems.found);
  const planner = new FlowPlanner(context, frame, config.members?.limit);
  const ordered = [...tasksOf(config).keys()].flatMap((name) => tasks.get(name) ?? []);
  const sets = ordered.flatMap((task) => problems.of(task, () => planner.set(task)) ?? []);
  if (problems.found.length > 0) throw flowInvalid(context.name, problems.found);
  return { sets };
}
