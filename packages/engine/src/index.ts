export type {
  FailureLine,
  Names,
  Providers,
  RunHandle,
  RunOptions,
  RunRequest,
  RunSummary,
  SetTally,
  Timers,
} from './drive/run-types.ts';
export type { Fact, JournalEntry, OutputRecord, Ranges, SetRecord } from './events/fact.ts';
export type { Plan, PlannedSet, PlanSummary, SetSummary } from './plan/plan-types.ts';
export type { LoadedProject, Problem } from './project/loaded-project.ts';
export type { References } from './project/references.ts';
export type { Explanation, RunLine, RunView, SetView, TaskView } from './views/view-types.ts';

// To come here, with these signatures:
// planProject(loaded, { log, clock }): Promise<Plan>
// describePlan(plan, loaded): PlanSummary                      (reads the journal beside the project, if any)
// startRun(request: RunRequest): Promise<RunHandle>            (continues an unfinished run of the same graph)
// resumeRun(request: RunRequest & { run?: string }): Promise<RunHandle>
// retryRun(request: RunRequest & { tasks?: readonly string[] }): Promise<RunHandle>
// cancelRun(request: RunRequest & { run?: string; tasks?: readonly string[] }): Promise<RunSummary | { asked: RunId }>
// openHistory(projectDirectory): History                       (read side; also `openJournal` of old)
//   History { runs(): RunLine[]; view(run): RunView; task(run, name): TaskView; tasks(run, selection?): TaskView[]; names(run): Names;
//             explain(run, task): Explanation; follow(run, from, signal): AsyncIterable<JournalEntry[]>;
//             logs(run, task, { attempt?, follow?, signal? }): AsyncIterable<Uint8Array>; [Symbol.dispose](): void }
// realClock, realTimers
