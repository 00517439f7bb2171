import {
  fitLabel,
  identityText,
  isTrue,
  labelValue,
  type ParameterSpace,
  plainValue,
  type Results,
  type Value,
} from '@orchestrate/core';
import { inlineError } from './errors.ts';
import { scopeAt } from './instance-scope.ts';
import { InstanceSpace, type Items, type Level } from './instance-space.ts';
import type { FlowFrame, PlannedTask } from './planned-task.ts';
import type { TaskConfig } from './task-schema.ts';
import { type TaskText, taskTexts } from './task-texts.ts';
import { MemberFields, NO_RESULTS } from './upstream-flows.ts';

/** Most items that one `each` may give in all. */
const MAX_ITEMS = 10_000_000;

function dependsOnResults(text: TaskText, frame: FlowFrame): boolean {
  return text.template.names.some(({ path: [root, name, field] }) => {
    if (root === 'flows') return field !== 'members';
    if (root !== 'tasks') return false;
    const other = name === undefined ? undefined : frame.tasks.get(name);
    if (other === undefined || field !== 'outputs') return true;
    return (
      other.dynamic ||
      other.texts.some((inner) => inner.path[0] === 'outputs' && dependsOnResults(inner, frame))
    );
  });
}

function eachIdentity({ each, needs = [] }: TaskConfig): string[] {
  if (each === undefined) return [];
  if ('items' in each) return [`each:${identityText(each.items)}`];
  // A barrier turns what the expression gives from one member's value into a list of all.
  const barriers = needs.flatMap((need) => (need.all ? [need.task] : []));
  return [`each:${each.template.text}:${barriers.join(',')}`];
}

/** Whether the items are the same for all combinations of the outer dimensions. */
function sameForAll(text: TaskText, frame: FlowFrame, task: PlannedTask): boolean {
  return text.template.names.every(({ path: [root, name] }) => {
    if (root === 'flows' || root === 'project') return true;
    const other = root === 'tasks' && name !== undefined ? frame.tasks.get(name) : undefined;
    return (
      other !== undefined &&
      (task.barriers.has(other.name) || other.identities[0] !== task.identities[0])
    );
  });
}

function listOf(value: unknown, text: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw inlineError('INLINE_FLOW_INVALID', `each needs a list, but ${text} gives something else`);
}

function itemsOf(
  frame: FlowFrame,
  task: PlannedTask,
  levels: readonly Level[],
  results: Results,
): Items | undefined {
  const { each } = task.config;
  const identity = eachIdentity(task.config)[0];
  if (each === undefined || identity === undefined) return undefined;
  if ('items' in each) return { identity, values: each.items };
  const text = task.texts.find(({ role }) => role === 'items');
  const space = new InstanceSpace(levels);
  const at = (index: number): readonly unknown[] =>
    listOf(
      each.template.evaluate(scopeAt(frame, { task, space, index }, results)),
      each.template.text,
    );
  if (space.size === 0) return { identity, values: [] };
  if (text !== undefined && sameForAll(text, frame, task)) return { identity, values: at(0) };
  const values: unknown[] = [];
  const offsets = new Uint32Array(space.size + 1);
  for (let index = 0; index < space.size; index += 1) {
    for (const item of at(index)) values.push(item);
    offsets[index + 1] = values.length;
    if (values.length > MAX_ITEMS)
      throw inlineError('INLINE_FLOW_INVALID', `each gives more than ${MAX_ITEMS} items`);
  }
  return { identity, values, offsets };
}

function makeSpace(
  frame: FlowFrame,
  task: PlannedTask,
  levels: readonly Level[],
  results: Results,
): InstanceSpace {
  const whole = new InstanceSpace(levels, itemsOf(frame, task, levels, results));
  const { when } = task.config;
  if (when === undefined) return whole;
  return whole.filter((index) =>
    isTrue(when.evaluate(scopeAt(frame, { task, space: whole, index }, results))),
  );
}

/** Finds out what instances a task has, or that this depends on results. Tasks it needs are planned before. */
export function planTask(
  name: string,
  config: TaskConfig,
  frame: FlowFrame,
  own: ParameterSpace | undefined,
): PlannedTask {
  const perMember = config.once !== true && frame.members !== undefined;
  const levels: Level[] = [];
  if (perMember && frame.members !== undefined)
    levels.push({ identity: 'members', size: frame.members.size });
  if (own !== undefined) levels.push({ identity: `own:${own.identity}`, size: own.size });
  const texts = taskTexts(config);
  const deciding = texts.filter(({ role }) => role === 'items' || role === 'space');
  const dynamic = deciding.some((text) => dependsOnResults(text, frame));
  const known = new WeakMap<Results, InstanceSpace>();
  const identities = [...levels.map(({ identity }) => identity), ...eachIdentity(config)];
  const task: PlannedTask = {
    name,
    set: `${frame.name}.${name}`,
    config,
    texts,
    roots: new Set(
      texts.flatMap(({ template }) => template.names.map(({ path }) => path[0] ?? '')),
    ),
    perMember,
    own,
    identities,
    dynamic,
    barriers: new Set((config.needs ?? []).flatMap((need) => (need.all ? [need.task] : []))),
    space(results) {
      const key = dynamic ? results : NO_RESULTS;
      const space = known.get(key) ?? makeSpace(frame, task, levels, key);
      known.set(key, space);
      return space;
    },
  };
  return task;
}

/** What an item is called in labels. */
function itemLabel(item: unknown): string {
  if (item instanceof MemberFields) return item.label;
  if (item !== null && typeof item === 'object' && !Array.isArray(item)) {
    for (const key of ['id', 'name']) {
      const value: unknown = Object.hasOwn(item, key) ? Reflect.get(item, key) : undefined;
      if (typeof value === 'string' || typeof value === 'number')
        return `item=${labelValue(value)}`;
    }
  }
  return `item=${labelValue(item as Value)}`;
}

/** Endings for items that would be called like an earlier one of their list. */
function repeatedItems(items: Items): ReadonlyMap<number, string> {
  const repeats = new Map<number, string>();
  const seen = new Map<string, number>();
  let list = 0;
  items.values.forEach((item, place) => {
    while (
      items.offsets !== undefined &&
      place >= (items.offsets[list + 1] ?? Number.POSITIVE_INFINITY)
    ) {
      list += 1;
      seen.clear();
    }
    const label = itemLabel(item);
    const times = (seen.get(label) ?? 0) + 1;
    seen.set(label, times);
    if (times > 1) repeats.set(place, `~${times}`);
  });
  return repeats;
}

/** Labels of the instances of a task. */
export function taskLabels(
  frame: FlowFrame,
  task: PlannedTask,
  space: InstanceSpace,
): (index: number) => string {
  let repeats: ReadonlyMap<number, string> | undefined;
  const { members } = frame;
  const depth = task.perMember ? 1 : 0;
  return (index) => {
    const parts: string[] = [];
    if (task.perMember && members !== undefined)
      parts.push(members.label(space.coordinate(index, 1)));
    if (task.own !== undefined)
      parts.push(task.own.label(space.coordinate(index, depth + 1) % task.own.size));
    if (space.items !== undefined) {
      repeats ??= repeatedItems(space.items);
      const { value, place } = space.item(index);
      parts.push(itemLabel(value) + (repeats.get(place) ?? ''));
    }
    return fitLabel(parts.filter((part) => part !== '').join(','));
  };
}

/** An item as a table shows it. */
export function itemValue(item: unknown): unknown {
  return item instanceof MemberFields ? item.label : plainValue(item);
}
