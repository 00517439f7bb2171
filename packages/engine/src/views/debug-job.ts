import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type DebugJob, parseAddress, type Storage, type TaskSpec } from '@orchestrate/core';
import { Memory } from '../drive/memory.ts';
import { replaceTokens } from '../drive/path-tokens.ts';
import { SetSource } from '../drive/replay.ts';
import { RunBook } from '../drive/run-book.ts';
import { ResultStore, TaskRegistry } from '../drive/task-registry.ts';
import { JournalReader } from '../journal/journal-reader.ts';
import { journalPath } from '../journal/state-folder.ts';
import type { Plan } from '../plan/plan-types.ts';
import type { LoadedProject } from '../project/loaded-project.ts';
import { runError } from '../run-errors.ts';
import { selectTasks } from './run-names.ts';

/** A task as somebody wants to look into it. */
export interface TaskToDebug {
  /** Its full name. */
  readonly name: string;
  /** Name of its backend. */
  readonly backend: string;
  readonly job: DebugJob;
}

/** What is needed to know a task. */
export interface DebugRequest {
  readonly plan: Plan;
  readonly loaded: LoadedProject;
  /** Those of the project, for the paths of files. */
  readonly storages: ReadonlyMap<string, Storage>;
}

/**
 * What the job of one task would be: from the plan, and for texts that hold results of others, from the last run of the same
 * graph. Paths on this machine stand where a job of this machine would have them, other files as their addresses.
 * @throws TASK_UNKNOWN, TASK_SPEC_INVALID, what its templates throw and what references throw that have no value
 */
export function debugJob(request: DebugRequest, selection: string): TaskToDebug {
  const { plan, loaded } = request;
  const file = journalPath(loaded.directory);
  const reader = existsSync(file) ? JournalReader.open(file) : undefined;
  try {
    const book = bookOf(plan, loaded, reader);
    const [task] = selectTasks(book.registry, [selection]);
    const place = task === undefined ? undefined : book.at(task);
    const set = place?.[0].entry.set;
    if (task === undefined || place === undefined || set === undefined) {
      const message = `there is no task ${selection} before a run has made it`;
      throw runError('TASK_UNKNOWN', message, { details: { task: selection } });
    }
    const name = book.registry.task(task);
    const backend = set.backend ?? place[0].entry.record.backend;
    return { name, backend, job: jobOf(request, name, set.spec(place[1], book.results)) };
  } finally {
    reader?.[Symbol.dispose]();
  }
}

/** The sets of the plan, and what the last run has found out. */
function bookOf(plan: Plan, loaded: LoadedProject, reader: JournalReader | undefined): RunBook {
  const registry = new TaskRegistry();
  const book = new RunBook(registry, new ResultStore(registry), new Memory(reader?.db));
  const known = { backends: new Set(loaded.backends.keys()), limits: plan.limits };
  const source = new SetSource(plan, known, book);
  const last = reader?.lastRun();
  if (reader !== undefined && last !== undefined && last.graph === plan.digest) {
    for (const { fact, at } of reader.entries(last.id)) {
      const isPart = fact.type === 'sets-added' && fact.placeholder !== undefined;
      if (isPart) source.expand(fact.placeholder);
      source.fold(fact, at);
    }
    return book;
  }
  let first = 0;
  for (const { set, backend } of plan.sets) {
    if (set.expand !== undefined) continue;
    const { name, size, digest } = set;
    registry.add({ name, first, size, digest, backend }, set);
    first += size;
  }
  return book;
}

function jobOf({ loaded, storages }: DebugRequest, name: string, spec: TaskSpec): DebugJob {
  const { references, directory } = loaded;
  const pathOf = (address: string): string => {
    const { storage, key } = parseAddress(address);
    return storages.get(storage)?.localPath?.(key) ?? address;
  };
  const paths = {
    inputs: Object.fromEntries((spec.inputs ?? []).map((one) => [one.name, pathOf(one.address)])),
    outputs: Object.fromEntries((spec.outputs ?? []).map((one) => [one.name, pathOf(one.address)])),
    attempt: 1,
  };
  const text = (one: string): string => replaceTokens(one, paths);
  const environment = Object.entries(spec.environment ?? {}).map(
    ([variable, value]) => [variable, references.resolve(text(value))] as const,
  );
  return {
    name,
    work: workOf(spec, text),
    ...(spec.image === undefined ? {} : { image: references.resolve(spec.image) }),
    directory: join(directory, spec.directory ?? '.'),
    environment: Object.fromEntries(environment),
    resources: spec.resources ?? {},
    ...(spec.backendOptions === undefined ? {} : { backendOptions: spec.backendOptions }),
  };
}

function workOf({ work }: TaskSpec, text: (one: string) => string): DebugJob['work'] {
  if (work.kind === 'command') return { ...work, argv: work.argv.map(text) };
  if (work.kind === 'shell') return { ...work, script: text(work.script) };
  const { module, export: exported, args } = work;
  return { kind: 'functions', module, export: exported, ordered: false, calls: [{ args }] };
}
