import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { isFlowError, type Logger, type RunId, runIdFrom } from '@orchestrate/core';
import { Journal, leaveRequest } from '../journal/journal.ts';
import { JournalReader, type RunRow } from '../journal/journal-reader.ts';
import { refuseLostRuns } from '../journal/lost-runs.ts';
import { isLed, ProjectLock } from '../journal/project-lock.ts';
import { salvageJournal } from '../journal/salvage.ts';
import { journalPath, STATE_FOLDER } from '../journal/state-folder.ts';
import { planProject } from '../plan/plan-project.ts';
import type { Plan } from '../plan/plan-types.ts';
import { runError } from '../run-errors.ts';
import { registryOf, selectTasks } from '../views/run-names.ts';
import { endJobs, liveJobs } from './abandon-run.ts';
import { choosePlan, resolveMembers } from './chosen-plan.ts';
import { lead } from './lead-run.ts';
import type { RunHandle, RunRequest, RunSummary } from './run-types.ts';
import { selectionOf } from './selection-record.ts';

/** The lock and the journal, in the order in which they have to be taken. */
export interface Seat extends Disposable {
  readonly journal: Journal;
}

/**
 * Takes the lead of a project.
 * @throws RUN_LOCKED, JOURNAL_*
 */
export function takeSeat(request: RunRequest): Seat {
  const { loaded, clock, log } = request;
  const lock = ProjectLock.take(join(loaded.directory, STATE_FOLDER), clock.now());
  try {
    const journal = openOrSalvage(request, log);
    return {
      journal,
      [Symbol.dispose]() {
        journal[Symbol.dispose]();
        lock[Symbol.dispose]();
      },
    };
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

function openOrSalvage(request: RunRequest, log: Logger): Journal {
  const { loaded, clock } = request;
  try {
    const journal = Journal.open(loaded.directory, (text) => loaded.references.redact(text));
    refuseLostRuns(journal, loaded.directory);
    return journal;
  } catch (error) {
    throw withSalvage(error, loaded.directory, clock.now(), log);
  }
}

/** Adds to an error about a damaged journal what could be saved of it. */
function withSalvage(error: unknown, directory: string, now: number, log: Logger): unknown {
  if (!isFlowError(error) || error.code !== 'JOURNAL_CORRUPT') return error;
  const saved = salvageJournal(join(directory, STATE_FOLDER, 'journal.db'), now);
  log.error({ err: error, saved }, 'the journal is damaged');
  const more =
    saved === undefined
      ? 'nothing in it could be saved'
      : `${saved.entries} entries of ${saved.runs} runs were saved to ${saved.file}`;
  return runError('JOURNAL_CORRUPT', `${error.message}; ${more}`, {
    details: { ...error.details, ...(saved === undefined ? {} : { ...saved }) },
    cause: error,
  });
}

/** The run that was begun last, when it has no end. */
function unfinishedRun(journal: Journal): RunRow | undefined {
  const last = journal.reader.lastRun();
  return last === undefined || last.outcome !== undefined ? undefined : last;
}

async function wholePlan({ plan, loaded, log, clock }: RunRequest): Promise<Plan> {
  return plan ?? (await planProject(loaded, { log, clock }));
}

/** The plan of a request, restricted to what was asked for. */
export async function planOf(request: RunRequest): Promise<Plan> {
  return choosePlan(await wholePlan(request), request.options ?? {}).plan;
}

/** The request with members named for good, see {@link resolveMembers}. */
function settled<T extends RunRequest>(request: T): T {
  const members = request.options?.members;
  if (members === undefined) return request;
  const resolved = resolveMembers(request.loaded.directory, members);
  return { ...request, options: { ...request.options, members: resolved } };
}

function newRunId(): RunId {
  return runIdFrom(randomBytes(8));
}

/**
 * Runs a project. When its last run is unfinished and the graph is the same, that run is continued.
 * @throws RUN_UNFINISHED when the last run is unfinished and the graph is another; RUN_LOCKED; PLAN_INVALID; JOURNAL_*
 */
export async function startRun(asked: RunRequest): Promise<RunHandle> {
  const request = settled(asked);
  const plan = await planOf(request);
  const seat = takeSeat(request);
  try {
    const open = unfinishedRun(seat.journal);
    if (open === undefined) return await lead(request, plan, seat, { id: newRunId(), isNew: true });
    if (open.graph === plan.digest && request.options?.abandon !== true) {
      return await lead(request, plan, seat, { id: open.id, isNew: false });
    }
    const live = liveJobs(seat.journal, open.id);
    if (live.size > 0 && request.options?.abandon !== true) {
      throw runError(
        'RUN_UNFINISHED',
        `run ${open.id} is unfinished and the project has changed since; its jobs may still be alive`,
        { details: { run: open.id } },
      );
    }
    await endJobs(request, open.id, live);
    seat.journal.append(open.id, request.clock.now(), [
      { type: 'run-ended', outcome: 'cancelled' },
    ]);
    return await lead(request, plan, seat, { id: newRunId(), isNew: true });
  } catch (error) {
    seat[Symbol.dispose]();
    throw error;
  }
}

/**
 * Goes on with an unfinished run: the last one, or the one named, with what it was restricted to.
 * @throws RUN_UNKNOWN, RUN_FINISHED, RUN_UNFINISHED when the graph has changed, RUN_LOCKED, JOURNAL_*
 */
export async function resumeRun(
  request: RunRequest & { readonly run?: string },
): Promise<RunHandle> {
  const whole = await wholePlan(request);
  const seat = takeSeat(request);
  try {
    const row =
      request.run === undefined
        ? seat.journal.reader.lastRun()
        : seat.journal.reader.run(request.run);
    if (row === undefined) {
      throw runError('RUN_UNKNOWN', `there is no run ${request.run ?? 'in this project'}`);
    }
    if (row.outcome !== undefined) {
      throw runError('RUN_FINISHED', `run ${row.id} is over: ${row.outcome}`, {
        details: { run: row.id, outcome: row.outcome },
      });
    }
    const { plan } = choosePlan(whole, selectionOf(request.loaded.directory, row.id));
    if (row.graph !== plan.digest) {
      throw runError(
        'RUN_UNFINISHED',
        `run ${row.id} cannot be continued: the project now plans other tasks than it did`,
        { details: { run: row.id, expected: row.graph, got: plan.digest } },
      );
    }
    return await lead(request, plan, seat, { id: row.id, isNew: false });
  } catch (error) {
    seat[Symbol.dispose]();
    throw error;
  }
}

/**
 * Gives failed and skipped tasks new attempts: a new run of the same graph, in which everything finished is used again.
 * With `tasks` only those, and what they need; otherwise what the last run was restricted to.
 * @throws RUN_UNFINISHED when the last run is not over; TASK_UNKNOWN; and like {@link startRun}
 */
export async function retryRun(
  request: RunRequest & { readonly tasks?: readonly string[] },
): Promise<RunHandle> {
  const { tasks = [], options } = request;
  const whole = await wholePlan(request);
  const seat = takeSeat(request);
  try {
    const last = seat.journal.reader.lastRun();
    if (last === undefined)
      throw runError('RUN_UNKNOWN', 'nothing has run here that could be retried');
    if (last.outcome === undefined) {
      throw runError(
        'RUN_UNFINISHED',
        `run ${last.id} is unfinished: its tasks still have attempts`,
        {
          details: { run: last.id },
        },
      );
    }
    const selection =
      tasks.length === 0
        ? selectionOf(request.loaded.directory, last.id)
        : { only: [...(options?.only ?? []), ...tasks] };
    const asked = { ...request, options: { ...options, ...selection } };
    const { plan } = choosePlan(whole, selection);
    return await lead(asked, plan, seat, { id: newRunId(), isNew: true });
  } catch (error) {
    seat[Symbol.dispose]();
    throw error;
  }
}

/** What a cancellation came to: done by this process, or asked of the leader that is at work. */
export type Cancellation = { readonly summary: RunSummary } | { readonly asked: RunId };

/**
 * Ends a run and everything of it that is live. A leader that is at work is asked to; without one this process takes
 * the lead, finds the jobs that are still alive, and ends them.
 * @throws RUN_UNKNOWN, RUN_FINISHED, TASK_UNKNOWN, JOURNAL_*
 */
export async function cancelRun(
  request: RunRequest & { readonly run?: string; readonly tasks?: readonly string[] },
): Promise<Cancellation> {
  const { loaded, clock } = request;
  if (isLed(join(loaded.directory, STATE_FOLDER))) {
    using reader = JournalReader.open(journalPath(loaded.directory));
    const row = rowToCancel(reader, request.run);
    const tasks = taskNumbers(reader, row.id, request.tasks);
    leaveRequest(loaded.directory, row.id, clock.now(), {
      request: 'cancel',
      ...(tasks === undefined ? {} : { tasks }),
    });
    return { asked: row.id };
  }
  const handle = await resumeRun(request);
  using reader = JournalReader.open(journalPath(loaded.directory));
  handle.ask('cancel', taskNumbers(reader, handle.id, request.tasks));
  // Only the named tasks end; the rest is left as it was found, to be resumed.
  if (request.tasks !== undefined && request.tasks.length > 0) handle.ask('detach');
  return { summary: await handle.done };
}

function rowToCancel(reader: JournalReader, run: string | undefined): RunRow {
  const row = run === undefined ? reader.lastRun() : reader.run(run);
  if (row === undefined)
    throw runError('RUN_UNKNOWN', `there is no run ${run ?? 'in this project'}`);
  if (row.outcome === undefined) return row;
  throw runError('RUN_FINISHED', `run ${row.id} is over: ${row.outcome}`, {
    details: { run: row.id, outcome: row.outcome },
  });
}

function taskNumbers(
  reader: JournalReader,
  run: RunId,
  tasks: readonly string[] | undefined,
): readonly number[] | undefined {
  if (tasks === undefined || tasks.length === 0) return undefined;
  return selectTasks(registryOf(reader, run), tasks);
}
