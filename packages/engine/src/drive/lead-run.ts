import { hostname } from 'node:os';
import { type ComputeBackend, isFlowError, type RunId, type TaskSet } from '@orchestrate/core';
import type { Fact } from '../events/fact.ts';
import type { Plan } from '../plan/plan-types.ts';
import { runError } from '../run-errors.ts';
import { DEFAULT_POLICIES } from '../schedule/options.ts';
import { Scheduler } from '../schedule/scheduler.ts';
import { Leftovers } from './aside.ts';
import { CodeDigests } from './code-digest.ts';
import { Collector } from './collector.ts';
import { Driver, type DriverEnd } from './driver.ts';
import { InputDigests } from './input-digests.ts';
import { LogScrubber } from './job-log.ts';
import { JobRenderer } from './job-renderer.ts';
import { JobStaging } from './job-staging.ts';
import { saveLabels } from './labels.ts';
import { LeaderBackend } from './leader-backend.ts';
import { Memory } from './memory.ts';
import { packKeyOf, standsAlone } from './pack-key.ts';
import { PatientCollector } from './patient-collector.ts';
import { Places } from './places.ts';
import { parametersRecord, planRecord } from './plan-record.ts';
import { type Change, Preparer } from './preparer.ts';
import { realTimers } from './real-time.ts';
import { replay, SetSource } from './replay.ts';
import { RunBook } from './run-book.ts';
import { RunFolder } from './run-folder.ts';
import type { RunHandle, RunRequest, RunSummary, Timers } from './run-types.ts';
import { saveMemory } from './save-memory.ts';
import { SELECTION_FILE, selectionRecord } from './selection-record.ts';
import { cacheFolder, Stager } from './stager.ts';
import type { Seat } from './start-run.ts';
import { summarize } from './summary.ts';
import { sweepEnded } from './sweep-ended.ts';
import { ResultStore, TaskRegistry } from './task-registry.ts';

/** Which run is led. */
export interface RunToLead {
  readonly id: RunId;
  readonly isNew: boolean;
}

interface Parts {
  readonly request: RunRequest;
  readonly plan: Plan;
  readonly seat: Seat;
  readonly run: RunId;
  readonly folder: RunFolder;
  readonly memory: Memory;
  readonly book: RunBook;
  readonly source: SetSource;
  readonly backends: ReadonlyMap<string, ComputeBackend>;
  readonly places: Places;
  readonly timers: Timers;
}

/** Leads a run until it is over or stopped. Takes over the seat and leaves it in the end. */
export async function lead(
  request: RunRequest,
  plan: Plan,
  seat: Seat,
  which: RunToLead,
): Promise<RunHandle> {
  const { loaded, clock } = request;
  const began = clock.monotonic();
  const registry = new TaskRegistry();
  const memory = new Memory(seat.journal.db);
  const book = new RunBook(registry, new ResultStore(registry), memory);
  const backends = withLeader(request, plan);
  const known = { backends: new Set(loaded.backends.keys()), limits: plan.limits };
  const parts: Parts = {
    request,
    plan,
    seat,
    run: which.id,
    folder: new RunFolder(loaded.directory, which.id),
    memory,
    book,
    source: new SetSource(plan, known, book),
    backends,
    places: new Places(request.providers.storages, hasReaders(plan)),
    timers: request.timers ?? realTimers(clock),
  };
  if (which.isNew) enterRun(parts);
  const { scheduler, preparer, changes } = decide(parts);
  try {
    replay(seat.journal, which.id, scheduler, parts.source);
  } catch (error) {
    throw diverged(error, which.id);
  }
  begin(parts, which.isNew);
  const driver = drive(parts, scheduler, preparer);
  const hurry = new AbortController();
  const ran = { scheduler, changes, began, hurry: hurry.signal };
  const done = conclude(parts, driver, ran);
  // A caller that never looks at the end must not bring the process down with it.
  done.catch(() => undefined);
  driver.start();
  return {
    id: which.id,
    continued: !which.isNew,
    directory: parts.folder.directory,
    names: registry,
    done,
    ask: (asked, tasks) => {
      // At the end of a run, whatever is asked for means that nobody wants to wait.
      if (driver.isOver) hurry.abort();
      driver.push({ type: 'asked', request: asked, ...(tasks === undefined ? {} : { tasks }) });
    },
  };
}

/** What is left of deciding when the end has come. */
interface Ran {
  readonly scheduler: Scheduler;
  readonly changes: readonly Change[];
  /** Monotonic milliseconds. */
  readonly began: number;
  /** Aborted when somebody asks for something after the end; nothing is waited for then. */
  readonly hurry: AbortSignal;
}

/** Waits for the end, sums up, and gives the seat back whatever happens. */
async function conclude(parts: Parts, driver: Driver, ran: Ran): Promise<RunSummary> {
  try {
    const end = await driver.done;
    const summary = wrapUp(parts, end, ran);
    const { seat, backends, request, timers } = parts;
    const { log, clock } = request;
    await sweepEnded({ db: seat.journal.db, backends, log, clock, timers, signal: ran.hurry });
    return summary;
  } finally {
    await parts.backends.get('leader')?.[Symbol.asyncDispose]();
    parts.seat[Symbol.dispose]();
  }
}

/** Whether any task may read what others wrote; of those to come nobody knows. */
function hasReaders(plan: Plan): boolean {
  return plan.sets.some(({ set }) => set.hasInputs !== false || set.expand !== undefined);
}

function withLeader(request: RunRequest, plan: Plan): ReadonlyMap<string, ComputeBackend> {
  const backends = new Map<string, ComputeBackend>(request.providers.backends);
  const needsLeader = plan.sets.some(
    ({ backend, set }) => backend === 'leader' || set.expand !== undefined,
  );
  if (needsLeader && !backends.has('leader'))
    backends.set('leader', new LeaderBackend(request.loaded.directory));
  return backends;
}

/** The project and its graph as they were at the start, for people and for a later look. */
function enterRun(parts: Parts): void {
  const { request, plan, seat, run, folder } = parts;
  const { loaded, clock } = request;
  const text = (value: unknown): string => loaded.references.redact(JSON.stringify(value, null, 2));
  const compact = (value: unknown): string => loaded.references.redact(JSON.stringify(value));
  const parameters = parametersRecord(plan);
  const selection = selectionRecord(request.options ?? {});
  try {
    folder.create({
      'project.json': text(loaded.effective),
      'plan.json': text(planRecord(plan, run, plan.limits)),
      ...(Object.keys(parameters).length === 0 ? {} : { 'parameters.json': compact(parameters) }),
      ...(selection === undefined ? {} : { [SELECTION_FILE]: text(selection) }),
    });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw runError('JOURNAL_UNWRITABLE', `the folder of run ${run} cannot be written: ${said}`, {
      cause: error,
    });
  }
  seat.journal.addRun({
    id: run,
    name: plan.name,
    project: loaded.digest,
    graph: plan.digest,
    beganAt: clock.now(),
  });
}

/** The facts of taking over; the scheduler has no part in them. */
function begin(parts: Parts, isNew: boolean): void {
  const { request, plan, seat, run, book } = parts;
  const facts: Fact[] = [{ type: 'leader-began', pid: process.pid, host: hostname() }];
  if (isNew) {
    facts.unshift({
      type: 'run-began',
      run,
      name: plan.name,
      project: request.loaded.digest,
      version: request.version ?? '0',
    });
    keepLabels(
      parts,
      plan.sets.map(({ set }) => set),
    );
  }
  request.onEntries?.(seat.journal.append(run, request.clock.now(), facts), book.registry);
}

function keepLabels(parts: Parts, sets: readonly TaskSet[]): void {
  const { journal } = parts.seat;
  journal.transact(() => {
    for (const set of sets) {
      if (set.expand === undefined) saveLabels(journal.db, set, redactor(parts));
    }
  });
}

function redactor(parts: Parts): (text: string) => string {
  return (text) => parts.request.loaded.references.redact(text);
}

function decide(parts: Parts): {
  readonly scheduler: Scheduler;
  readonly preparer: Preparer;
  readonly changes: Change[];
} {
  const { request, plan, book, memory, seat, backends, source, run, places } = parts;
  const { loaded, options } = request;
  const changes: Change[] = [];
  const preparer = new Preparer({
    book,
    memory,
    places,
    codes: new CodeDigests(loaded.directory),
    inputs: new InputDigests(seat.journal, places),
    run,
    fresh: options?.fresh === true,
    noteChange: (change) => void (changes.length < CHANGES_KEPT && changes.push(change)),
  });
  const { patienceSeconds, keepGoing } = loaded.settings;
  const scheduler = new Scheduler({
    run,
    sets: plan.sets.map(({ set }) => set),
    limits: plan.limits,
    backends: new Map([...backends].map(([name, backend]) => [name, backend.traits])),
    defaultBackend: loaded.defaultBackend,
    random: request.random ?? Math.random,
    failFast: options?.failFast ?? !keepGoing,
    ...(patienceSeconds === undefined ? {} : { policies: { patienceSeconds } }),
    packKeyOf: (set: TaskSet) => packKeyOf(set, book.results),
    standsAlone,
    looks: (set) => preparer.needsLook(set),
    collects: (set) => set.hasOutputs !== false,
    expand: (placeholder) => source.expand(placeholder),
  });
  return { scheduler, preparer, changes };
}

/** Reasons for running again that are kept for `why`. */
const CHANGES_KEPT = 10_000;

function drive(parts: Parts, scheduler: Scheduler, preparer: Preparer): Driver {
  const { request, book, folder, run, seat, source, backends, places, timers } = parts;
  const { loaded, clock, log } = request;
  const { references } = loaded;
  const leftovers = new Leftovers();
  const names = book.registry;
  const cache = { folder: cacheFolder(loaded), maxBytes: loaded.cache.maxBytes };
  const version = request.version ?? '0';
  const jobStaging = new JobStaging({ loaded, run, version, cache });
  const stager = new Stager({
    cache,
    projectDirectory: loaded.directory,
    project: loaded.name,
    run,
    version,
    clock,
  });
  const renderer = new JobRenderer({
    run,
    projectDirectory: loaded.directory,
    book,
    places,
    folder,
    references,
    leftovers,
    stager,
    jobStaging,
  });
  return new Driver({
    run,
    scheduler,
    journal: seat.journal,
    clock,
    timers,
    names,
    log,
    backends,
    book,
    preparer,
    renderer,
    collector: new PatientCollector({
      collector: new Collector({ book, places, folder, leftovers, stager, jobStaging }),
      clock,
      timers,
      names,
      log,
      patienceSeconds: loaded.settings.patienceSeconds ?? DEFAULT_POLICIES.patienceSeconds,
    }),
    scrubber: new LogScrubber({ book, renderer, folder, references }),
    leftovers,
    beforeEnd: () => remember(parts),
    expand: (placeholder) => {
      const sets = source.expand(placeholder);
      keepLabels(parts, sets);
      return sets;
    },
    redact: (fact) => {
      if (references.secretValues.length === 0) return fact;
      const text = JSON.stringify(fact);
      const clean = references.redact(text);
      return clean === text ? fact : (JSON.parse(clean) as Fact);
    },
    fold: (fact, at) => source.fold(fact, at),
    onEntries: (entries) => request.onEntries?.(entries, book.registry),
  });
}

function diverged(error: unknown, run: RunId): unknown {
  if (!isFlowError(error) || error.code !== 'GRAPH_DIVERGED') return error;
  return runError('RUN_UNFINISHED', `run ${run} cannot be continued: ${error.message}`, {
    details: { run },
    cause: error,
  });
}

/** Keeps what was finished for the next run. A leader that is killed after the end of its run must not have lost that. */
function remember(parts: Parts): void {
  const { seat, memory, book, run, request } = parts;
  try {
    const redact = redactor(parts);
    saveMemory({ journal: seat.journal, memory, book, run, redact }, request.clock.now());
  } catch (error) {
    request.log.warn({ err: error }, 'what was finished could not be kept for the next run');
  }
}

/** What is done once the last fact is durable. */
function wrapUp(parts: Parts, end: DriverEnd, { scheduler, changes, began }: Ran): RunSummary {
  const { request, seat, run, folder, book, plan } = parts;
  const { clock, log } = request;
  if (end.reason?.startsWith('JOURNAL_') !== true) {
    try {
      const ended: Fact = {
        type: 'leader-ended',
        outcome: end.outcome,
        ...(end.reason === undefined ? {} : { reason: end.reason }),
      };
      request.onEntries?.(seat.journal.append(run, clock.now(), [ended]), book.registry);
      // A run that is over was remembered before its end.
      if (end.outcome === 'stopped') remember(parts);
      saveChanges(parts, changes);
      if (end.outcome !== 'stopped') folder.dropStages();
    } catch (error) {
      log.warn({ err: error }, 'what was finished could not be summed up for the next run');
    }
  }
  const seconds = (clock.monotonic() - began) / 1000;
  const { liveJobs } = scheduler;
  return summarize({ run, name: plan.name, book, folder, seconds, liveJobs }, end);
}

function saveChanges(parts: Parts, changes: readonly Change[]): void {
  if (changes.length === 0) return;
  const { journal } = parts.seat;
  const redact = redactor(parts);
  journal.transact(() => {
    const insert = journal.db.prepare(
      'INSERT OR REPLACE INTO change(run, task, field, before, after) VALUES(?,?,?,?,?)',
    );
    for (const { task, field, before, after } of changes) {
      const text = (value: string | undefined): string | null =>
        value === undefined ? null : redact(value);
      insert.run(parts.run, task, redact(field), text(before), text(after));
    }
  });
}
