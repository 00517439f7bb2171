import { existsSync } from 'node:fs';
import type { TaskSet, TaskSpec } from '@orchestrate/core';
import { CodeDigests } from '../drive/code-digest.ts';
import { essence, fingerprint } from '../drive/fingerprint.ts';
import { Memory, type MemorySet } from '../drive/memory.ts';
import { ResultStore, TaskRegistry } from '../drive/task-registry.ts';
import { JournalReader } from '../journal/journal-reader.ts';
import { journalPath } from '../journal/state-folder.ts';
import type { LoadedProject } from '../project/loaded-project.ts';
import type { Plan, PlannedSet, PlanSummary, SetSummary } from './plan-types.ts';

const EXAMPLES = 3;
/** Tasks of a set whose resources are added up one by one; more are estimated from evenly spread samples. */
const SAMPLED = 300;
/** Largest set whose tasks are compared one by one. */
const LARGEST_COMPARED = 20_000;

interface Known {
  readonly memory: Memory | undefined;
  readonly codes: CodeDigests;
  readonly unfinished: string | undefined;
}

/**
 * What a run would do, from what is known without touching outputs or inputs: every set with its tasks, whether it will
 * run and why, how it becomes jobs, and what it costs.
 */
export function describePlan(plan: Plan, loaded: LoadedProject): PlanSummary {
  const file = journalPath(loaded.directory);
  const reader = existsSync(file) ? JournalReader.open(file) : undefined;
  try {
    const last = reader?.lastRun();
    const isOpen = last !== undefined && last.outcome === undefined && last.graph === plan.digest;
    const known: Known = {
      memory: reader === undefined ? undefined : new Memory(reader.db),
      codes: new CodeDigests(loaded.directory),
      unfinished: isOpen ? last.id : undefined,
    };
    const running = new Set<string>();
    const sets = plan.sets.map((entry) => describeSet(entry, known, running));
    const sum = (pick: (set: SetSummary) => number): number =>
      sets.reduce((total, set) => total + pick(set), 0);
    return {
      name: plan.name,
      sets,
      tasks: plan.tasks,
      toRun: sum((set) => set.tasks - set.finished),
      finished: sum((set) => set.finished),
      cpuHours: sum((set) => set.cpuHours ?? 0),
      knownOutputBytes: sum((set) => set.knownOutputBytes ?? 0),
      ...(known.unfinished === undefined ? {} : { continues: known.unfinished }),
    };
  } finally {
    reader?.[Symbol.dispose]();
  }
}

function describeSet(entry: PlannedSet, known: Known, running: Set<string>): SetSummary {
  const { set, backend } = entry;
  const needs = (set.needs ?? []).map((need) => need.set);
  if (set.expand !== undefined) {
    running.add(set.name);
    return {
      name: set.name,
      backend,
      tasks: 0,
      placeholder: true,
      verdict: 'later',
      finished: 0,
      reason: `its tasks become known once ${needs.join(', ') || 'it starts'} is done`,
      jobs: 'not known yet',
      examples: [],
      needs,
    };
  }
  const { finished, reason, memory } = judge(set, needs, known, running);
  const toRun = set.size - finished;
  if (toRun > 0) running.add(set.name);
  const verdict = finished === 0 ? 'runs' : toRun === 0 ? 'reused' : 'partly';
  const cpuHours = toRun === 0 ? undefined : cpuHoursOf(set, toRun);
  return {
    name: set.name,
    backend,
    tasks: set.size,
    placeholder: false,
    verdict,
    finished,
    reason,
    jobs: jobsOf(set),
    ...(cpuHours === undefined ? {} : { cpuHours }),
    ...(memory === undefined ? {} : { knownOutputBytes: memory.outputBytes }),
    examples: Array.from({ length: Math.min(EXAMPLES, set.size) }, (_, index) => set.label(index)),
    needs,
  };
}

function judge(
  set: TaskSet,
  needs: readonly string[],
  known: Known,
  running: ReadonlySet<string>,
): { readonly finished: number; readonly reason: string; readonly memory?: MemorySet } {
  if (set.reuse === false) return { finished: 0, reason: 'runs every time' };
  if (set.check !== undefined) return { finished: 0, reason: 'is a check' };
  const generations = known.memory?.of(set.name) ?? [];
  const [latest] = generations;
  if (latest === undefined) return { finished: 0, reason: 'has never been finished' };
  const same = generations.find((one) => one.digest === set.digest && one.size === set.size);
  const upstream = needs.find((name) => running.has(name));
  if (same === undefined)
    return {
      finished: alike(set, latest, known.codes),
      reason: 'its parameters or commands changed',
      memory: latest,
    };
  for (const [code, digest] of Object.entries(same.head.codes)) {
    if (known.codes.digest(code) !== digest) {
      return { finished: 0, reason: `the code of ${code} changed`, memory: same };
    }
  }
  if (same.head.usesResults && upstream !== undefined) {
    return {
      finished: 0,
      reason: `depends on the results of ${upstream}, which runs`,
      memory: same,
    };
  }
  if (same.head.hasInputs && upstream !== undefined) {
    return { finished: 0, reason: `may read what ${upstream} writes, which runs`, memory: same };
  }
  if (same.finished >= set.size) {
    return { finished: set.size, reason: 'finished, nothing changed', memory: same };
  }
  return {
    finished: same.finished,
    reason: `${set.size - same.finished} tasks have not been finished`,
    memory: same,
  };
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

/** Tasks that were finished under the same label with the same spec; inputs are not looked at, so sets with them count none. */
function alike(set: TaskSet, memory: MemorySet, codes: CodeDigests): number {
  if (set.hasInputs !== false || set.size > LARGEST_COMPARED) return 0;
  let count = 0;
  for (let index = 0; index < set.size; index += 1) {
    const then = memory.indexOf(set.label(index));
    if (then === undefined || !memory.isDone(then)) continue;
    const spec = specBeforehand(set, index);
    if (spec === undefined) return 0;
    const print = fingerprint(essence(spec), codes.of(spec.work), []);
    if (print === memory.fingerprint(then)) count += 1;
  }
  return count;
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
