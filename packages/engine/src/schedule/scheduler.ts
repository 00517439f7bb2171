import { type RetryPolicy, TASK_STATES, type TaskSet, type TaskState } from '@orchestrate/core';
import type { Fact, JournalEntry } from '../events/fact.ts';
import { checkJobClocks, onCancelFailed } from './clocks.ts';
import { PENDING, READY, STATE_COUNT, stateName, WAITING } from './codes.ts';
import { digestOf } from './digest.ts';
import { finish } from './ending.ts';
import { scheduleError } from './errors.ts';
import { expand, onExpanded, onExpandFailed } from './expanding.ts';
import { checkGraph } from './graph-check.ts';
import { look, onLookFailed } from './looking.ts';
import type { Input, Moment, RanOut, StepResult } from './messages.ts';
import { onStatuses } from './on-status.ts';
import { onSubmitAnswered, onSubmitFailed } from './on-submit.ts';
import type { SchedulerOptions } from './options.ts';
import { settle, Tally } from './outcomes.ts';
import { statePauses } from './pausing.ts';
import { onCollected, onPrepared, prepare } from './preparing.ts';
import { onBegin } from './recovery.ts';
import { cancelIdle, onAsked } from './requests.ts';
import { RunState } from './run-state.ts';
import { start } from './starting.ts';
import { IS_DUE } from './task-table.ts';
import { Leader, Turn } from './turn.ts';

const mayNeedLook = (set: TaskSet): boolean =>
  set.hasInputs !== false || set.reuse !== false || set.when !== undefined;

const NOTHING: StepResult = { facts: [], effects: [] };

/** Tasks by state. */
export type StateCounts = Readonly<Record<TaskState, number>>;

/** One set of the run, for tables and for finding a task by number. */
export interface SetSummary {
  readonly set: TaskSet;
  readonly first: number;
  readonly size: number;
  readonly backend: string;
  readonly counts: StateCounts;
}

/**
 * Decides what runs when, and knows what has happened. Pure but for its own state: no clock, no chance, no I/O of its own;
 * the same inputs at the same moments give the same facts and effects.
 *
 * The facts of a step must be durable before its effects are carried out; several steps may share one commit. Every
 * answer may be late, repeated or missing.
 */
export class Scheduler {
  readonly #run: RunState;
  readonly #leader: Leader;
  /** Sets of a placeholder between the flow's answer and the fact that says so. */
  readonly #stash = new Map<string, readonly TaskSet[]>();

  /** @throws FlowError GRAPH_* when the sets do not make a graph that can be run. */
  constructor(options: SchedulerOptions) {
    checkGraph(options.sets, options);
    this.#leader = new Leader(options);
    this.#run = new RunState({
      sets: options.sets,
      limits: options.limits,
      defaultBackend: options.defaultBackend,
      looks: options.looks ?? mayNeedLook,
      expand: (placeholder) => this.#expansion(placeholder),
      ...(options.onTransition === undefined ? {} : { onTransition: options.onTransition }),
    });
  }

  /** Takes one input in, and says what is now a fact and what is to be done. */
  step(input: Input, at: Moment): StepResult {
    if (this.#leader.hasFinished) return NOTHING;
    const turn = new Turn(this.#run, this.#leader, at);
    if (input.type === 'begin') onBegin(turn);
    else if (this.#leader.hasBegun) this.#take(turn, input);
    else return NOTHING;
    if (this.#run.outcome !== undefined) finish(turn);
    else if (!this.#leader.hasFinished) this.#progress(turn);
    return { facts: turn.facts, effects: turn.effects };
  }

  /** Folds the journal of a run into a new scheduler. @throws GRAPH_DIVERGED when the flow makes other tasks now. */
  replay(entries: Iterable<JournalEntry>): void {
    for (const { fact, at } of entries) this.apply(fact, at);
  }

  /** Applies one fact without deciding anything. */
  apply(fact: Fact, at: number): void {
    this.#run.apply(fact, at);
  }

  get taskCount(): number {
    return this.#run.tasks.count;
  }

  state(task: number): TaskState {
    return stateName(this.#run.tasks.visible(task));
  }

  /** Attempts begun so far that count. */
  attempts(task: number): number {
    return this.#run.tasks.attempts[task] ?? 0;
  }

  /** How often the task's resources have run out, for `escalate`. */
  ranOut(task: number): RanOut {
    return {
      memory: this.#run.tasks.ranOutOfMemory[task] ?? 0,
      time: this.#run.tasks.ranOutOfTime[task] ?? 0,
    };
  }

  retryOf(task: number): RetryPolicy {
    return this.#leader.retryOf(this.#run.nodeOf(task));
  }

  /** The set a task belongs to, and its place there. */
  locate(task: number): { readonly set: TaskSet; readonly index: number } {
    const node = this.#run.nodeOf(task);
    return { set: node.set, index: task - node.first };
  }

  counts(): StateCounts {
    return countsAt(this.#run.tasks.counts, 0);
  }

  /** All sets in the order in which they became known. */
  sets(): readonly SetSummary[] {
    return this.#run.graph.nodes.map(({ index, set, first, size, backend }) => ({
      set,
      first,
      size,
      backend,
      counts: countsAt(this.#run.tasks.setCounts, index * STATE_COUNT),
    }));
  }

  /** Jobs that may be alive. */
  get liveJobs(): number {
    return this.#run.jobs.size;
  }

  /** Whether the journal says that the run is over. */
  get outcome(): 'succeeded' | 'failed' | 'cancelled' | undefined {
    return this.#run.outcome;
  }

  /** Equal for equal durable states. Looks at every task; for tests. */
  digest(): string {
    return digestOf(this.#run);
  }

  #expansion(placeholder: string): readonly TaskSet[] {
    const stashed = this.#stash.get(placeholder);
    if (stashed !== undefined) return stashed;
    const { options } = this.#leader;
    if (options.expand === undefined) {
      throw scheduleError('GRAPH_DIVERGED', `nobody can say what ${placeholder} became`, {
        details: { placeholder },
      });
    }
    const sets = options.expand(placeholder);
    checkGraph(sets, { ...options, known: this.#run.graph, placeholder });
    return sets;
  }

  #take(turn: Turn, input: Exclude<Input, { type: 'begin' }>): void {
    switch (input.type) {
      case 'prepared':
        onPrepared(turn, input);
        break;
      case 'submit-answered':
        onSubmitAnswered(turn, input);
        break;
      case 'submit-failed':
        onSubmitFailed(turn, input);
        break;
      case 'statuses':
        onStatuses(turn, input);
        break;
      case 'look-failed':
        onLookFailed(turn, input);
        break;
      case 'cancel-failed':
        onCancelFailed(turn, input);
        break;
      case 'collected':
        onCollected(turn, input);
        break;
      case 'expanded':
        onExpanded(turn, input, this.#stash);
        break;
      case 'expand-failed':
        onExpandFailed(turn, input);
        break;
      case 'asked':
        onAsked(turn, input);
        break;
      case 'wake':
        turn.leader.wakeAt = Number.POSITIVE_INFINITY;
        break;
    }
  }

  #progress(turn: Turn): void {
    fireTimers(turn);
    closeAfterFailure(turn);
    const { run, leader } = turn;
    if (!run.isDraining && !run.isPaused && !run.isCancelled && !leader.isClosing) {
      expand(turn);
      prepare(turn);
      start(turn);
    }
    const next = Math.min(look(turn), statePauses(turn), finish(turn));
    forget(turn);
    if (!leader.hasFinished) wakeAt(turn, next);
  }
}

function countsAt(counts: Int32Array, base: number): StateCounts {
  return Object.fromEntries(
    TASK_STATES.map((state, code) => [state, counts[base + code] ?? 0]),
  ) as StateCounts;
}

function fireTimers(turn: Turn): void {
  const { run, leader, mono } = turn;
  leader.taskTimers.fire(mono, (task) => {
    if (!run.waits.has(task) || run.tasks.has(task, IS_DUE)) return;
    run.tasks.overlay(task, IS_DUE);
    run.readiness.enqueue(task);
  });
  const tally = new Tally();
  leader.jobTimers.fire(mono, (job) => checkJobClocks(turn, tally, job));
  settle(turn, tally);
}

/** With fail-fast, nothing new is started after a failure, and what was going to be tried again is not. */
function closeAfterFailure(turn: Turn): void {
  if (!turn.leader.isClosing) return;
  const { counts } = turn.run.tasks;
  const idle = (counts[PENDING] ?? 0) + (counts[READY] ?? 0) + (counts[WAITING] ?? 0);
  if (idle > 0 || turn.run.readiness.unexpanded.size > 0) cancelIdle(turn);
}

/** What is durable is over: the backend need not remember it. */
function forget(turn: Turn): void {
  const byBackend = new Map<string, number[]>();
  for (const { number, backend } of turn.run.jobs.takeEnded()) {
    turn.leader.backend(backend).unanswered.delete(number);
    const jobs = byBackend.get(backend);
    if (jobs === undefined) byBackend.set(backend, [number]);
    else jobs.push(number);
  }
  for (const [backend, jobs] of byBackend) turn.want({ type: 'forget', backend, jobs });
}

function wakeAt(turn: Turn, soonest: number): void {
  const { leader } = turn;
  const at = Math.max(turn.mono, Math.min(soonest, leader.taskTimers.next, leader.jobTimers.next));
  if (at === leader.wakeAt || at === Number.POSITIVE_INFINITY) return;
  leader.wakeAt = at;
  turn.want({ type: 'wake', atMonotonic: at });
}
