import { type RunId, suggest } from '@orchestrate/core';
import { loadLabels } from '../drive/labels.ts';
import { TaskRegistry } from '../drive/task-registry.ts';
import type { JournalEntry } from '../events/fact.ts';
import type { JournalReader } from '../journal/journal-reader.ts';
import { runError } from '../run-errors.ts';

/** A registry that takes its labels from the journal, so that neither flows nor plugins have to be loaded. */
export function journalRegistry(reader: JournalReader): TaskRegistry {
  const labels = new Map<string, (index: number) => string>();
  return new TaskRegistry(({ record }, index) => {
    let label = labels.get(record.name);
    if (label === undefined) {
      label = loadLabels(reader.db, record);
      labels.set(record.name, label);
    }
    return label(index);
  });
}

/** Takes the sets an entry adds into a registry. */
export function registerSets(registry: TaskRegistry, entry: JournalEntry): void {
  const { fact } = entry;
  if (fact.type !== 'sets-added') return;
  for (const record of fact.sets) registry.add(record, undefined, fact.placeholder);
}

/** The names of a run's tasks. */
export function registryOf(reader: JournalReader, run: RunId): TaskRegistry {
  const registry = journalRegistry(reader);
  for (const entry of reader.entriesOf(run, 'sets-added')) registerSets(registry, entry);
  return registry;
}

/**
 * Numbers of the tasks that selections name: a flow, a set, `set/label`, or `set/index`.
 * @throws TASK_UNKNOWN
 */
export function selectTasks(registry: TaskRegistry, selections: readonly string[]): number[] {
  const tasks = new Set<number>();
  for (const selection of selections) {
    const before = tasks.size;
    for (const task of tasksOf(registry, selection)) tasks.add(task);
    if (tasks.size > before || before > 0) continue;
    const names = registry.sets.map(({ record }) => record.name);
    const near = suggest(selection.split('/', 1)[0] ?? '', names);
    throw runError(
      'TASK_UNKNOWN',
      `there is no task ${selection}${near === undefined ? '' : `; did you mean ${near}?`}`,
      { details: { task: selection } },
    );
  }
  return [...tasks].sort((a, b) => a - b);
}

function* tasksOf(registry: TaskRegistry, selection: string): Generator<number> {
  const slash = selection.indexOf('/');
  const name = slash === -1 ? selection : selection.slice(0, slash);
  const label = slash === -1 ? undefined : selection.slice(slash + 1);
  for (const { record, first, size } of registry.sets) {
    const isMeant =
      record.name === name || (label === undefined && record.name.startsWith(`${name}.`));
    if (!isMeant) continue;
    if (label === undefined) for (let task = first; task < first + size; task += 1) yield task;
    else {
      const task = labelled(registry, selection, label, first, size);
      if (task !== undefined) yield task;
    }
  }
}

function labelled(
  registry: TaskRegistry,
  selection: string,
  label: string,
  first: number,
  size: number,
): number | undefined {
  for (let task = first; task < first + size; task += 1) {
    if (registry.task(task) === selection) return task;
  }
  const index = /^\d+$/.test(label) ? Number(label) : size;
  return index < size ? first + index : undefined;
}
