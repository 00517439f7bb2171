import {
  formatAddress,
  isPlainObject,
  type Json,
  LazyFields,
  type ParameterSpace,
  parseAddress,
  type Results,
  type TemplateScope,
  type Value,
  valueFrom,
} from '@orchestrate/core';
import { RESERVED_NAMES } from './check-names.ts';
import { type InstanceSpace, sharedDepth } from './instance-space.ts';
import { inputToken } from './path-tokens.ts';
import type { FlowFrame, PlannedTask } from './planned-task.ts';
import { MemberFields } from './upstream-flows.ts';

/** One instance of a task, or of the dimensions around its items. */
export interface Position {
  readonly task: PlannedTask;
  readonly space: InstanceSpace;
  readonly index: number;
}

/** A scope that is still being filled. */
export type OpenScope = Record<string, unknown>;

/**
 * Takes the outputs of other tasks that a command names: they become inputs, and the command gets their paths. Without one,
 * such names give addresses.
 */
export type InputSink = (name: string, address: string) => void;

interface Sight {
  readonly frame: FlowFrame;
  readonly position: Position;
  readonly results: Results;
  readonly sink: InputSink | undefined;
}

/** `path/to.nc` and `archive:path` as what a spec holds. @throws PATH_OUTSIDE, PATH_INVALID */
export function addressText(text: string): string {
  return formatAddress(parseAddress(text));
}

class Fields extends LazyFields {
  readonly #names: () => readonly string[];
  readonly #field: (name: string) => unknown;

  constructor(names: () => readonly string[], field: (name: string) => unknown) {
    super();
    this.#names = names;
    this.#field = field;
  }

  names(): readonly string[] {
    return this.#names();
  }

  field(name: string): unknown {
    return this.#field(name);
  }
}

function resultValue(result: Json | undefined): Value {
  return valueFrom(result ?? null);
}

function related(
  sight: Sight,
  other: PlannedTask,
): { space: InstanceSpace; first: number; end: number; single: boolean } {
  const { task, space: own, index } = sight.position;
  const space = other.space(sight.results);
  const shared = sharedDepth(own.identities, other.identities);
  const depth = task.barriers.has(other.name) ? 0 : shared;
  const [first, end] = space.instances(depth, own.coordinate(index, depth));
  return { space, first, end, single: depth === other.identities.length };
}

function range<T>(first: number, end: number, make: (index: number) => T): T[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, place) => make(first + place));
}

/** The addresses, or, where there is a sink, tokens for the paths. */
function seen(sight: Sight, name: string, addresses: readonly string[], single: boolean): unknown {
  const { sink } = sight;
  const values = addresses.map((address, place) => {
    if (sink === undefined) return address;
    const input = single ? name : `${name}.${place}`;
    sink(input, address);
    return inputToken(input);
  });
  return single ? (values[0] ?? null) : values;
}

function taskFields(sight: Sight, other: PlannedTask): LazyFields {
  const outputs = other.config.outputs;
  const names = [...(outputs?.keys() ?? [])];
  const output = (name: string): unknown => {
    const declared = outputs?.get(name);
    if (declared === undefined) return undefined;
    const { space, first, end, single } = related(sight, other);
    const addresses = range(first, end, (index) =>
      addressText(
        declared.address.render(scopeAt(sight.frame, { task: other, space, index }, sight.results)),
      ),
    );
    return seen(sight, `tasks.${other.name}.outputs.${name}`, addresses, single);
  };
  return new Fields(
    () => ['result', 'outputs'],
    (field) => {
      if (field === 'outputs') return new Fields(() => names, output);
      if (field !== 'result') return undefined;
      const { first, end, single } = related(sight, other);
      const values = range(first, end, (index) =>
        resultValue(sight.results.result(other.set, index)),
      );
      return single ? (values[0] ?? null) : values;
    },
  );
}

function flowFields(sight: Sight, flow: string): LazyFields {
  const { upstream } = sight.frame;
  const ofTask = (task: string): LazyFields =>
    new Fields(
      () => ['result', 'outputs'],
      (field) => {
        if (field === 'result') return upstream.results(flow, task, sight.results).map(resultValue);
        if (field !== 'outputs') return undefined;
        return new Fields(
          () => [],
          (output) =>
            seen(
              sight,
              `flows.${flow}.tasks.${task}.outputs.${output}`,
              upstream.outputs(flow, task, output, sight.results),
              false,
            ),
        );
      },
    );
  const tasks = upstream.tasks(flow);
  return new Fields(
    () => ['members', 'tasks'],
    (field) => {
      if (field === 'members') return upstream.members(flow);
      if (field !== 'tasks') return undefined;
      return new Fields(
        () => [...tasks.keys()],
        (task) => (tasks.has(task) ? ofTask(task) : undefined),
      );
    },
  );
}

/** The names `tasks` and `flows`, as seen from an instance. */
export function othersAt(sight: Sight): { readonly tasks: LazyFields; readonly flows: LazyFields } {
  const { tasks, upstream } = sight.frame;
  return {
    tasks: new Fields(
      () => [...tasks.keys()],
      (name) => {
        const other = tasks.get(name);
        return other === undefined ? undefined : taskFields(sight, other);
      },
    ),
    flows: new Fields(
      () => upstream.names,
      (name) => (upstream.names.includes(name) ? flowFields(sight, name) : undefined),
    ),
  };
}

/** Index of an instance among the members of the flow, and among the task's own parameters. */
export function parameterIndices({ task, space, index }: Position): {
  readonly member: number;
  readonly own: number;
} {
  const depth = task.perMember ? 1 : 0;
  const member = space.coordinate(index, depth);
  if (task.own === undefined) return { member, own: 0 };
  return { member, own: space.coordinate(index, depth + 1) % task.own.size };
}

function memberFields(members: ParameterSpace, index: number): LazyFields {
  return new Fields(
    () => ['id', 'index', 'label', 'parameters'],
    (name) => {
      if (name === 'id') return members.label(index) || String(index);
      if (name === 'index') return index;
      if (name === 'label') return members.label(index);
      return name === 'parameters' ? members.at(index) : undefined;
    },
  );
}

function addItem(scope: OpenScope, position: Position): void {
  const { value, index } = position.space.item(position.index);
  scope['item'] = value;
  scope['index'] = index;
  if (isPlainObject(value)) Object.assign(scope, withoutReserved(value));
  if (!(value instanceof MemberFields)) return;
  scope['member'] = value;
  for (const name of position.task.roots)
    if (!RESERVED_NAMES.has(name)) scope[name] ??= value.field(name);
}

function withoutReserved(item: Readonly<Record<string, unknown>>): OpenScope {
  const entries = Object.entries(item).filter(
    ([name]) => !RESERVED_NAMES.has(name) && name !== '__proto__',
  );
  return Object.fromEntries(entries);
}

/** What the texts of a task may name at one instance, all but what only its command sees. */
export function scopeAt(frame: FlowFrame, position: Position, results: Results): OpenScope {
  const { task } = position;
  const { roots } = task;
  const scope: OpenScope = {};
  const indices = parameterIndices(position);
  const parameters: TemplateScope = {
    ...(task.perMember ? frame.members?.at(indices.member) : undefined),
    ...task.own?.at(indices.own),
  };
  Object.assign(scope, parameters);
  if (roots.has('parameters')) scope['parameters'] = parameters;
  if (roots.has('project')) scope['project'] = { name: frame.projectName };
  if (roots.has('member') && task.perMember && frame.members !== undefined) {
    scope['member'] = memberFields(frame.members, indices.member);
  }
  if (position.space.items !== undefined) addItem(scope, position);
  if (roots.has('tasks') || roots.has('flows')) {
    Object.assign(scope, othersAt({ frame, position, results, sink: undefined }));
  }
  return scope;
}
