import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskState } from '@orchestrate/core';
import type { RunFold } from './fold-run.ts';
import type { Explanation, TaskView } from './view-types.ts';

/** What explaining looks at. */
export interface ExplainParts {
  readonly fold: RunFold;
  readonly view: (task: number) => TaskView;
  readonly change: (task: number) => Explanation['changed'];
  /** The folder of the run, which holds its plan. */
  readonly plan: string;
}

const FINISHED: readonly TaskState[] = ['succeeded', 'reused'];

/** Why a task is as it is: the first cause, what changed, or what it waits for. */
export function explain(parts: ExplainParts, task: number): Explanation {
  const { fold } = parts;
  const state = fold.state(task);
  const name = fold.registry.task(task);
  const base = { task: name, state };
  switch (state) {
    case 'failed':
    case 'waiting':
      return { ...base, ...failed(parts, task) };
    case 'skipped':
      return { ...base, ...skipped(parts, task) };
    case 'reused':
      return {
        ...base,
        summary: `${name} was finished by an earlier run; nothing it depends on has changed and its outputs are still there.`,
      };
    case 'pending': {
      const waitsFor = unfinishedNeeds(parts, task);
      const summary =
        waitsFor.length === 0
          ? `${name} has not been looked at yet.`
          : `${name} waits for ${waitsFor.slice(0, 3).join(', ')}.`;
      return { ...base, summary, waitsFor };
    }
    default:
      return { ...base, ...ran(parts, task, state) };
  }
}

function ran(
  parts: ExplainParts,
  task: number,
  state: TaskState,
): Omit<Explanation, 'task' | 'state'> {
  const name = parts.fold.registry.task(task);
  const changed = parts.change(task);
  const words: Partial<Record<TaskState, string>> = {
    ready: 'is ready and waits for a free slot',
    submitting: 'is being handed to its backend',
    queued: 'waits in the queue of its backend',
    running: 'is running',
    unknown: 'is being looked for: its backend cannot say what became of its job',
    collecting: 'has ended; its outputs are being checked and published',
    succeeded: 'ran',
    cancelled: 'was cancelled',
  };
  const waitReason = waitReasonOf(parts.fold, task, state) ?? stopReasonOf(parts.fold, state);
  const what = `${words[state] ?? state}${waitReason === undefined ? '' : ` (${waitReason})`}`;
  if (changed === undefined) {
    const first = state === 'succeeded' ? whyAtAll(parts, task) : '';
    return { summary: `${name} ${what}${first}.` };
  }
  return { summary: `${name} ${what} because ${changed.field} is not as it was.`, changed };
}

/** States in which only the backend knows how a task is. */
const AT_BACKEND: ReadonlySet<TaskState> = new Set(['queued', 'running', 'unknown']);
/** States from which a task goes on when the run is resumed. */
const OPEN: ReadonlySet<TaskState> = new Set([...AT_BACKEND, 'ready', 'submitting', 'collecting']);

/** In the words of the backend. */
function waitReasonOf(fold: RunFold, task: number, state: TaskState): string | undefined {
  const set = fold.registry.named(fold.registry.place(task)?.set ?? '');
  const { backend } = set?.record ?? {};
  if (state === 'ready') return backend === undefined ? undefined : fold.reluctance(backend);
  if (backend === undefined || !AT_BACKEND.has(state)) return undefined;
  // What is known of a job may be old while its backend is in trouble.
  if (fold.paused.has(backend)) return fold.reluctance(backend);
  return state === 'queued' ? fold.waitReason(task) : undefined;
}

/** Why nobody leads the run on, of a task that has not come to its end. */
function stopReasonOf({ outcome, reason }: RunFold, state: TaskState): string | undefined {
  if (outcome !== 'stopped' || reason === undefined || !OPEN.has(state)) return undefined;
  return `the run stopped: ${reason}`;
}

/** Nothing that changed is known: it was not finished before, or is of a kind that is never used again. */
function whyAtAll(parts: ExplainParts, task: number): string {
  const set = plannedSet(parts, parts.fold.registry.place(task)?.set);
  if (set?.always === 'check') return ' because checks are made in every run';
  if (set?.always === 'reuse') return ' because it is never used again (`reuse: false`)';
  return ' because it had not been finished before';
}

function failed(parts: ExplainParts, task: number): Omit<Explanation, 'task' | 'state'> {
  const cause = parts.view(task);
  const { failure } = cause;
  if (failure === undefined) return { summary: `${cause.name} waits for its next attempt.`, cause };
  const again = cause.state === 'waiting' ? ' and is tried again' : '';
  return {
    summary: `${cause.name} failed (${failure.failure}) in attempt ${cause.attempts}: ${failure.message}${again}`,
    cause,
  };
}

function skipped(parts: ExplainParts, task: number): Omit<Explanation, 'task' | 'state'> {
  if (parts.fold.notNeeded.has(task)) {
    return { summary: `${parts.fold.registry.task(task)} is not needed; its flow says so.` };
  }
  let at = task;
  for (let step = 0; step < parts.fold.total; step += 1) {
    const because = parts.fold.because.get(at);
    if (because === undefined || because < 0 || because === at) break;
    at = because;
  }
  const cause = parts.view(at);
  const name = parts.fold.registry.task(task);
  const why =
    cause.failure === undefined
      ? cause.state
      : `${cause.failure.failure}: ${cause.failure.message}`;
  return { summary: `${name} was skipped because ${cause.name} did not finish (${why}).`, cause };
}

interface PlanFile {
  readonly sets?: readonly {
    readonly name: string;
    readonly needs?: readonly { readonly set: string; readonly how: string }[];
    /** Why it runs every time. */
    readonly always?: 'check' | 'reuse';
  }[];
}

/** A set as the plan beside the journal has it. */
function plannedSet({ plan }: ExplainParts, name: string | undefined) {
  try {
    const file = JSON.parse(readFileSync(join(plan, 'plan.json'), 'utf8')) as PlanFile;
    return file.sets?.find((set) => set.name === name);
  } catch {
    return undefined;
  }
}

/** Sets, or the aligned task, that have not finished. The plan beside the journal says what needs what. */
function unfinishedNeeds(parts: ExplainParts, task: number): string[] {
  const { fold } = parts;
  const place = fold.registry.place(task);
  const needs = plannedSet(parts, place?.set)?.needs ?? [];
  return needs.flatMap((need) =>
    fold.registry.partsOf(need.set).flatMap((part) => {
      const entry = fold.registry.named(part);
      if (entry === undefined) return [];
      if (need.how === 'aligned') {
        const other = entry.first + (place?.index ?? 0);
        return FINISHED.includes(fold.state(other)) ? [] : [fold.registry.task(other)];
      }
      const open = openTasks(fold, entry.first, entry.size);
      if (open === 0 && entry.record.placeholder !== true) return [];
      return [`${part} (${open} of ${entry.size} open)`];
    }),
  );
}

function openTasks(fold: RunFold, first: number, size: number): number {
  let open = 0;
  for (let at = first; at < first + size; at += 1) {
    if (!FINISHED.includes(fold.state(at))) open += 1;
  }
  return open;
}
