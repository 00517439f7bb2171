import { createReadStream, readdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type RunId, TASK_STATES, type TaskState } from '@orchestrate/core';
import { RunFolder } from '../drive/run-folder.ts';
import type { Names } from '../drive/run-types.ts';
import type { JournalEntry } from '../events/fact.ts';
import { JournalReader, type RunRow } from '../journal/journal-reader.ts';
import { isLed } from '../journal/project-lock.ts';
import { journalPath, STATE_FOLDER } from '../journal/state-folder.ts';
import { runError } from '../run-errors.ts';
import { explain } from './explain.ts';
import { RunFold } from './fold-run.ts';
import { journalRegistry, registryOf, selectTasks } from './run-names.ts';
import { type RunPlan, readRunPlan } from './run-plan.ts';
import type {
  Explanation,
  FailedAttempt,
  RunLine,
  RunView,
  SetView,
  TaskView,
} from './view-types.ts';

/** What of a task's log is wanted. */
export interface LogRequest {
  /** Default: the last one. */
  readonly attempt?: number;
  /** Goes on while the task is live. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

const FOLLOW_PAUSE_MS = 200;

/** Opens what a project has recorded, for reading. @throws JOURNAL_MISSING, JOURNAL_CORRUPT, JOURNAL_NEWER */
export function openHistory(projectDirectory: string): History {
  return new History(projectDirectory, JournalReader.open(journalPath(projectDirectory)));
}

/** The reading side of a project's journal; neither flows nor plugins are loaded. May be open while a leader writes. */
export class History implements Disposable {
  readonly #directory: string;
  readonly #reader: JournalReader;
  readonly #folds = new Map<string, RunFold>();

  constructor(projectDirectory: string, reader: JournalReader) {
    this.#directory = projectDirectory;
    this.#reader = reader;
  }

  /** All runs, oldest first. */
  runs(): RunLine[] {
    const rows = this.#reader.runs();
    const isLive = isLed(join(this.#directory, STATE_FOLDER));
    return rows.map((row, at) => ({
      run: row.id,
      name: row.name,
      beganAt: row.beganAt,
      ...(row.endedAt === undefined ? {} : { endedAt: row.endedAt }),
      state: row.outcome ?? (isLive && at === rows.length - 1 ? 'running' : 'unfinished'),
    }));
  }

  /** The run named, by its id or the beginning of it, or the last one. @throws RUN_UNKNOWN */
  row(run?: string): RunRow {
    const rows = this.#reader.runs();
    const matches =
      run === undefined ? rows.slice(-1) : rows.filter(({ id }) => id.startsWith(run));
    const [row] = matches;
    if (row !== undefined && matches.length === 1) return row;
    const why =
      matches.length > 1 ? 'is the beginning of several runs' : 'is no run of this project';
    throw runError('RUN_UNKNOWN', run === undefined ? 'nothing has run here' : `${run} ${why}`, {
      details: { run: run ?? '' },
    });
  }

  #fold(run?: string): [RunRow, RunFold] {
    const row = this.row(run);
    let fold = this.#folds.get(row.id);
    if (fold === undefined) {
      fold = new RunFold(journalRegistry(this.#reader));
      this.#folds.set(row.id, fold);
    }
    for (const entry of this.#reader.entries(row.id, fold.through + 1)) fold.feed(entry);
    return [row, fold];
  }

  /** The run as it is now. Cheap to ask again: only new entries are read. */
  view(run?: string): RunView {
    const [row, fold] = this.#fold(run);
    const isLive = row.outcome === undefined && isLed(join(this.#directory, STATE_FOLDER));
    const outcome = row.outcome ?? (isLive ? undefined : fold.outcome);
    return {
      run: row.id,
      name: row.name,
      beganAt: row.beganAt,
      ...(fold.endedAt === undefined ? {} : { endedAt: fold.endedAt }),
      ...(outcome === undefined ? {} : { outcome }),
      ...(fold.reason === undefined ? {} : { reason: fold.reason }),
      through: fold.through,
      ...(isLive && fold.leader !== undefined ? { leader: fold.leader } : {}),
      sets: setViews(fold),
      total: fold.total,
      counts: countsOf(fold.counts),
      liveJobs: fold.jobs.size,
      startedJobs: [...fold.jobs.values()].filter(({ hasStarted }) => hasStarted).length,
      waits: [...fold.waits]
        .map(([reason, jobs]) => ({ reason, jobs }))
        .sort((a, b) => b.jobs - a.jobs),
      paused: [...fold.paused].map(([backend, reason]) => ({ backend, reason })),
      refused: [...fold.refused]
        .filter(([backend]) => !fold.paused.has(backend))
        .map(([backend, reason]) => ({ backend, reason })),
      tasksPerSecond: fold.tasksPerSecond,
      failures: fold.failed.map((task) => this.#task(row, fold, task)),
    };
  }

  /** What happened in a run, in order. */
  entries(run?: string): Generator<JournalEntry> {
    return this.#reader.entries(this.row(run).id);
  }

  /** What is kept of the plan of a run: limits, groups, parameters. */
  plan(run?: string): RunPlan {
    return readRunPlan(this.folder(run));
  }

  /** Absolute path of the folder of a run. */
  folder(run?: string): string {
    return new RunFolder(this.#directory, this.row(run).id).directory;
  }

  names(run?: string): Names {
    return registryOf(this.#reader, this.row(run).id);
  }

  /** One task by its name. @throws RUN_UNKNOWN, TASK_UNKNOWN */
  task(name: string, run?: string): TaskView {
    const [row, fold] = this.#fold(run);
    const [task] = selectTasks(fold.registry, [name]);
    return this.#task(row, fold, task ?? 0);
  }

  /** Tasks of the named sets and in the named states; all when nothing is named. */
  *tasks(
    selection: { readonly names?: readonly string[]; readonly states?: readonly TaskState[] } = {},
    run?: string,
  ): Generator<TaskView> {
    const [row, fold] = this.#fold(run);
    const { names = [], states } = selection;
    const chosen = names.length === 0 ? everyTask(fold) : selectTasks(fold.registry, names);
    for (const task of chosen) {
      if (states === undefined || states.includes(fold.state(task))) {
        yield this.#task(row, fold, task);
      }
    }
  }

  /** Why a task is as it is. */
  explain(name: string, run?: string): Explanation {
    const [row, fold] = this.#fold(run);
    const [task = 0] = selectTasks(fold.registry, [name]);
    const explanation = explain(
      {
        fold,
        view: (number) => this.#task(row, fold, number),
        change: (number) => this.#change(row, number),
        plan: new RunFolder(this.#directory, row.id).directory,
      },
      task,
    );
    const failedAttempts = this.#failedAttempts(row.id, task);
    return failedAttempts.length === 0 ? explanation : { ...explanation, failedAttempts };
  }

  #failedAttempts(run: RunId, task: number): FailedAttempt[] {
    return this.#reader.failuresOf(run, task).map(({ at, record }, index) => {
      const { failure, message, code, signal } = record;
      return {
        attempt: index + 1,
        at,
        failure,
        message,
        ...(code === undefined ? {} : { code }),
        ...(signal === undefined ? {} : { signal }),
      };
    });
  }

  #change(row: RunRow, task: number): Explanation['changed'] {
    const found = this.#reader.db
      .prepare('SELECT field, before, after FROM change WHERE run=? AND task=?')
      .get(row.id, task);
    if (found === undefined) return undefined;
    return {
      field: String(found['field']),
      ...(found['before'] === null ? {} : { before: String(found['before']) }),
      ...(found['after'] === null ? {} : { after: String(found['after']) }),
    };
  }

  /** New entries as they come; ends with the run, or when aborted. */
  follow(run: RunId, from = 0, signal?: AbortSignal): AsyncIterable<JournalEntry[]> {
    return this.#reader.follow(run, from, signal);
  }

  /** What a task printed. @throws RUN_UNKNOWN, TASK_UNKNOWN */
  async *logs(name: string, request: LogRequest = {}, run?: string): AsyncGenerator<Uint8Array> {
    const { attempt, follow = false, signal } = request;
    let at = 0;
    for (;;) {
      const task = this.task(name, run);
      const isLive = follow && ['submitting', 'queued', 'running', 'unknown'].includes(task.state);
      const path = attempt === undefined ? task.logPaths.at(-1) : logOf(task.logPaths, attempt);
      if (path !== undefined) {
        for await (const piece of readFrom(path, at)) {
          at += piece.length;
          yield piece;
        }
      }
      if (!isLive || signal?.aborted === true) return;
      await pause(FOLLOW_PAUSE_MS, undefined, signal === undefined ? {} : { signal }).catch(
        () => undefined,
      );
    }
  }

  #task(row: RunRow, fold: RunFold, task: number): TaskView {
    const place = fold.registry.place(task) ?? { set: '', index: task };
    const failure = fold.failures.get(task);
    const [startedAt, endedAt] = [fold.startedAt(task), fold.endedAtOf(task)];
    const because = fold.because.get(task);
    const [outputs, result, usage] = [
      fold.outputs.get(task),
      fold.results.get(task),
      fold.usage.get(task),
    ];
    const folder = new RunFolder(this.#directory, row.id).logFolder(place.set);
    return {
      task,
      name: fold.registry.task(task),
      set: place.set,
      index: place.index,
      state: fold.state(task),
      attempts: fold.attempts(task),
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(endedAt === undefined ? {} : { endedAt }),
      ...(failure === undefined ? {} : { failure }),
      ...(because === undefined ? {} : { because }),
      ...(outputs === undefined ? {} : { outputs }),
      ...(result === undefined ? {} : { result }),
      ...(usage === undefined ? {} : { usage }),
      // Looked up when asked for: a folder may hold the logs of all tasks of a large set.
      get logPaths() {
        return logPaths(folder, place.index);
      },
    };
  }

  [Symbol.dispose](): void {
    this.#reader[Symbol.dispose]();
  }
}

function* everyTask(fold: RunFold): Generator<number> {
  for (let task = 0; task < fold.total; task += 1) yield task;
}

function setViews(fold: RunFold): SetView[] {
  return fold.registry.listed.map(({ record, first, size }) => {
    const counts = new Int32Array(TASK_STATES.length);
    for (let task = first; task < first + size; task += 1) {
      const code = TASK_STATES.indexOf(fold.state(task));
      counts[code] = (counts[code] ?? 0) + 1;
    }
    return { name: record.name, backend: record.backend, first, size, counts: countsOf(counts) };
  });
}

function countsOf(counts: Int32Array): Partial<Record<TaskState, number>> {
  const named: Partial<Record<TaskState, number>> = {};
  for (const [code, state] of TASK_STATES.entries()) {
    const count = counts[code] ?? 0;
    if (count > 0) named[state] = count;
  }
  return named;
}

function logPaths(folder: string, index: number): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.startsWith(`${index}.`) && name.endsWith('.log'))
    .sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1]))
    .map((name) => join(folder, name));
}

function logOf(paths: readonly string[], attempt: number): string | undefined {
  return paths.find((path) => path.endsWith(`.${attempt}.log`));
}

async function* readFrom(path: string, start: number): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  const { size } = await file.stat();
  await file.close();
  if (size <= start) return;
  for await (const piece of createReadStream(path, { start, end: size - 1 })) {
    yield piece as Uint8Array;
  }
}
