import type { Json, Results, TaskSet } from '@orchestrate/core';
import type { SetRecord } from '../events/fact.ts';
import type { Names } from './run-types.ts';

/** One set with its place in the numbering of the run. */
export interface RegisteredSet {
  readonly record: SetRecord;
  readonly first: number;
  readonly size: number;
  /** Absent in views, which never load flows. */
  readonly set?: TaskSet;
}

/** Finds the set of a task in logarithmic time; most questions are about the same set as the one before. */
export class TaskRegistry implements Names {
  readonly #byFirst: RegisteredSet[] = [];
  readonly #byName = new Map<string, RegisteredSet>();
  readonly #parts = new Map<string, string[]>();
  /** Names of the sets that are no parts of others, in the order of the plan. */
  readonly #planned = new Set<string>();
  readonly #label: (entry: RegisteredSet, index: number) => string;
  #last: RegisteredSet | undefined;

  constructor(
    label: (entry: RegisteredSet, index: number) => string = ({ set }, index) =>
      set?.label(index) ?? '',
  ) {
    this.#label = label;
  }

  /** Sets with tasks, in the order of their numbers. */
  get sets(): readonly RegisteredSet[] {
    return this.#byFirst;
  }

  /** Sets with tasks in the order of the plan: those a placeholder became stand where it stood. */
  get listed(): readonly RegisteredSet[] {
    return [...this.#planned].flatMap((name) =>
      this.partsOf(name).flatMap((part) => {
        const entry = this.#byName.get(part);
        return entry === undefined || entry.size === 0 ? [] : [entry];
      }),
    );
  }

  add(record: SetRecord, set?: TaskSet, placeholder?: string): RegisteredSet {
    const entry: RegisteredSet = {
      record,
      first: record.first,
      size: record.placeholder === true ? 0 : record.size,
      ...(set === undefined ? {} : { set }),
    };
    this.#byName.set(record.name, entry);
    if (entry.size > 0) {
      this.#byFirst.push(entry);
      const before = this.#byFirst.at(-2);
      if (before !== undefined && before.first > entry.first) {
        this.#byFirst.sort((a, b) => a.first - b.first);
      }
    }
    if (placeholder === undefined) this.#planned.add(record.name);
    else {
      const parts = this.#parts.get(placeholder) ?? [];
      parts.push(record.name);
      this.#parts.set(placeholder, parts);
    }
    return entry;
  }

  named(name: string): RegisteredSet | undefined {
    return this.#byName.get(name);
  }

  /** The set of a task number. */
  find(task: number): RegisteredSet | undefined {
    const last = this.#last;
    if (last !== undefined && task >= last.first && task < last.first + last.size) return last;
    let low = 0;
    let high = this.#byFirst.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const entry = this.#byFirst[middle];
      if (entry === undefined) return undefined;
      if (task < entry.first) high = middle - 1;
      else if (task >= entry.first + entry.size) low = middle + 1;
      else {
        this.#last = entry;
        return entry;
      }
    }
    return undefined;
  }

  /** Names of the sets a placeholder became, placeholders among them resolved; the set itself when it is none. */
  partsOf(name: string): string[] {
    const parts = this.#parts.get(name);
    if (parts === undefined) return [name];
    // A part may carry the placeholder's own name.
    return parts.flatMap((part) => (part === name ? [part] : this.partsOf(part)));
  }

  place(task: number): { readonly set: string; readonly index: number } | undefined {
    const entry = this.find(task);
    return entry === undefined ? undefined : { set: entry.record.name, index: task - entry.first };
  }

  task(task: number): string {
    const entry = this.find(task);
    if (entry === undefined) return `task ${task}`;
    const label = this.#label(entry, task - entry.first);
    return label === '' ? entry.record.name : `${entry.record.name}/${label}`;
  }
}

/** Results of finished tasks, by task number; most tasks have none. */
export class ResultStore implements Results {
  readonly #registry: TaskRegistry;
  readonly #values = new Map<number, Json>();
  /** How often a spec has asked for a result; tells which sets depend on results. */
  asked = 0;
  /** Sets that were asked for a result and had one, since this was emptied last. */
  readonly used = new Set<string>();

  constructor(registry: TaskRegistry) {
    this.#registry = registry;
  }

  put(task: number, value: Json): void {
    this.#values.set(task, value);
  }

  get(task: number): Json | undefined {
    return this.#values.get(task);
  }

  result(set: string, index: number): Json | undefined {
    this.asked += 1;
    let left = index;
    for (const part of this.#registry.partsOf(set)) {
      const entry = this.#registry.named(part);
      if (entry === undefined) continue;
      if (left < entry.size) {
        const value = this.#values.get(entry.first + left);
        if (value !== undefined) this.used.add(set);
        return value;
      }
      left -= entry.size;
    }
    return undefined;
  }

  size(set: string): number {
    this.asked += 1;
    let size = 0;
    for (const part of this.#registry.partsOf(set)) size += this.#registry.named(part)?.size ?? 0;
    return size;
  }
}
