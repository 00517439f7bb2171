import { existsSync } from 'node:fs';
import type { Storage, TaskSet, TaskSpec } from '@orchestrate/core';
import { CodeDigests } from '../drive/code-digest.ts';
import { Memory } from '../drive/memory.ts';
import { SetSource } from '../drive/replay.ts';
import { RunBook } from '../drive/run-book.ts';
import { ResultStore, TaskRegistry } from '../drive/task-registry.ts';
import { JournalReader, type RunRow } from '../journal/journal-reader.ts';
import { journalPath } from '../journal/state-folder.ts';
import type { LoadedProject } from '../project/loaded-project.ts';
import { Forecast } from './forecast.ts';
import { ForeseenFiles } from './foreseen-files.ts';
import type { Plan, PlanSummary, SetSummary } from './plan-types.ts';

const EXAMPLES = 3;
/** Tasks of a set whose resources are added up one by one; more are estimated from evenly spread samples. */
const SAMPLED = 300;

/** How a plan is to be looked at. */
export interface DescribeOptions {
  /** As if nothing had ever been finished. */
  readonly fresh?: boolean;
  /** An unfinished run is given up instead of continued. */
  readonly abandon?: boolean;
  /** Storages on the local disk whose files are looked at; what lies elsewhere counts as it was left. */
  readonly storages?: ReadonlyMap<string, Storage>;
  /** Files that are looked at, at most; default: all. */
  readonly mostFiles?: number;
}

/**
 * What a run would do, from what is remembered and from the files of the storages given: every set with its tasks, how many
 * will run and why, how they become jobs, and what they cost.
 */
export function describePlan(
  plan: Plan,
  loaded: LoadedProject,
  options: DescribeOptions = {},
): PlanSummary {
  const file = journalPath(loaded.directory);
  const reader = existsSync(file) ? JournalReader.open(file) : undefined;
  try {
    return new Description(plan, loaded, reader, options).summary();
  } finally {
    reader?.[Symbol.dispose]();
  }
}

class Description {
  readonly #plan: Plan;
  readonly #book: RunBook;
  readonly #source: SetSource;
  readonly #forecast: Forecast;
  readonly #files: ForeseenFiles;
  readonly #open: RunRow | undefined;
  #first = 0;

  constructor(
    plan: Plan,
    loaded: LoadedProject,
    reader: JournalReader | undefined,
    options: DescribeOptions,
  ) {
    const { fresh = false, abandon = false, storages = new Map() } = options;
    const { mostFiles = Number.POSITIVE_INFINITY } = options;
    this.#plan = plan;
    const memory = new Memory(reader?.db);
    const registry = new TaskRegistry();
    this.#book = new RunBook(registry, new ResultStore(registry), memory);
    const known = { backends: new Set(loaded.backends.keys()), limits: plan.limits };
    this.#source = new SetSource(plan, known, this.#book);
    const codes = new CodeDigests(loaded.directory);
    const last = reader?.lastRun();
    const isOpen = last?.outcome === undefined && last?.graph === plan.digest && !abandon;
    if (isOpen && reader !== undefined && last !== undefined) {
      this.#open = last;
      this.#continue(reader, last);
    }
    // A run that is continued was begun without this wish, or with it: what it has finished counts.
    this.#files = new ForeseenFiles({ storages, db: reader?.db, most: mostFiles });
    this.#forecast = new Forecast({ book: this.#book, memory, codes, files: this.#files, fresh });
  }

  /** Takes in what the run that would be continued has done. */
  #continue(reader: JournalReader, row: RunRow): void {
    for (const { fact, at } of reader.entries(row.id)) {
      if (fact.type === 'sets-added') {
        if (fact.placeholder !== undefined) this.#source.expand(fact.placeholder);
        for (const { first, size } of fact.sets) this.#first = Math.max(this.#first, first + size);
      }
      this.#source.fold(fact, at);
    }
  }

  summary(): PlanSummary {
    const sets = this.#plan.sets.flatMap(({ set, backend }) => this.#describe(set, backend));
    const sum = (pick: (set: SetSummary) => number): number =>
      sets.reduce((total, set) => total + pick(set), 0);
    return {
      name: this.#plan.name,
      sets,
      tasks: sum((set) => set.tasks),
      toRun: sum((set) => set.tasks - set.finished),
      finished: sum((set) => set.finished),
      cpuHours: sum((set) => set.cpuHours ?? 0),
      knownOutputBytes: sum((set) => set.knownOutputBytes ?? 0),
      ...(this.#open === undefined ? {} : { continues: this.#open.id }),
      ...(this.#files.hasLeftOut ? { filesLeftOut: true } : {}),
    };
  }

  #describe(set: TaskSet, backend: string): readonly SetSummary[] {
    if (set.expand !== undefined) return this.#describeParts(set, backend);
    const { registry } = this.#book;
    const entry = registry.named(set.name) ?? this.#register(set, backend);
    const { finished, reason, rows } = this.#forecast.of(entry, set);
    const toRun = set.size - finished;
    const cpuHours = toRun === 0 ? undefined : cpuHoursOf(set, toRun);
    const [latest] = rows;
    return [
      {
        name: set.name,
        backend,
        tasks: set.size,
        placeholder: false,
        verdict: toRun === 0 ? 'reused' : finished === 0 ? 'runs' : 'partly',
        finished,
        reason,
        jobs: jobsOf(set),
        ...(cpuHours === undefined ? {} : { cpuHours }),
        ...(latest === undefined ? {} : { knownOutputBytes: latest.outputBytes }),
        examples: Array.from({ length: Math.min(EXAMPLES, set.size) }, (_, at) => set.label(at)),
        needs: (set.needs ?? []).map((need) => need.set),
      },
    ];
  }

  #register(set: TaskSet, backend: string, placeholder?: string) {
    const { name, digest } = set;
    const isOpen = set.expand !== undefined;
    const size = isOpen ? 0 : set.size;
    const record = { name, first: this.#first, size, digest, backend };
    this.#first += size;
    const { registry } = this.#book;
    return registry.add(isOpen ? { ...record, placeholder: true } : record, set, placeholder);
  }

  /** A placeholder whose needs are all used again becomes what it was; any other is known later. */
  #describeParts(set: TaskSet, backend: string): readonly SetSummary[] {
    const parts = this.#partsOf(set, backend);
    if (parts !== undefined) {
      return parts.flatMap((part) => this.#describe(part, part.backend ?? backend));
    }
    this.#forecast.leaveOpen(set.name);
    const needs = (set.needs ?? []).map((need) => need.set);
    const reason = `its tasks become known once ${needs.join(', ') || 'it starts'} is done`;
    const jobs = 'not known yet';
    const { name } = set;
    const open = { placeholder: true, verdict: 'later', examples: [] } as const;
    return [{ ...open, name, backend, tasks: 0, finished: 0, reason, jobs, needs }];
  }

  #partsOf(set: TaskSet, backend: string): readonly TaskSet[] | undefined {
    const { registry } = this.#book;
    const names = registry.partsOf(set.name);
    const entry = registry.named(set.name);
    const isReplaced = entry?.record.placeholder !== true || !names.includes(set.name);
    if (entry !== undefined && isReplaced)
      return names.flatMap((name) => registry.named(name)?.set ?? []);
    if (registry.named(set.name) === undefined) this.#register(set, backend);
    if (this.#forecast.unsettled(set) !== undefined) return undefined;
    try {
      const parts = this.#source.expand(set.name);
      for (const part of parts) this.#register(part, part.backend ?? backend, set.name);
      return parts;
    } catch {
      // What is wrong with it is told by the run, which knows the results it gets.
      return undefined;
    }
  }
}

/** A spec as far as it can be rendered before anything has run; `undefined` where it needs results. */
function specBeforehand(set: TaskSet, index: number): TaskSpec | undefined {
  const results = new ResultStore(new TaskRegistry());
  try {
    const spec = set.spec(index, results);
    return results.asked === 0 ? spec : undefined;
  } catch {
    // A spec may well fail on results that are not there yet; while running they are.
    return undefined;
  }
}

function jobsOf(set: TaskSet): string {
  if (set.check !== undefined) return 'polled';
  if (set.size <= 1) return 'one job';
  const spec = specBeforehand(set, 0);
  if (spec === undefined) return 'decided when its needs are done';
  if (spec.work.kind !== 'function') return 'one job each';
  return 'packs of calls, sized by how long they take';
}

function cpuHoursOf(set: TaskSet, toRun: number): number | undefined {
  const step = Math.max(1, Math.floor(set.size / SAMPLED));
  let [seconds, samples] = [0, 0];
  for (let index = 0; index < set.size; index += step) {
    const resources = specBeforehand(set, index)?.resources;
    if (resources?.timeSeconds === undefined) continue;
    seconds += resources.timeSeconds * (resources.cpus ?? 1);
    samples += 1;
  }
  return samples === 0 ? undefined : ((seconds / samples) * toRun) / 3600;
}
