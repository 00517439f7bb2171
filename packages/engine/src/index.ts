export { type ChosenPlan, choosePlan } from './drive/chosen-plan.ts';
export { realClock, realTimers } from './drive/real-time.ts';
export type {
  FailureLine,
  MemberOptions,
  Names,
  Providers,
  RunHandle,
  RunOptions,
  RunRequest,
  RunSummary,
  SetTally,
  Timers,
} from './drive/run-types.ts';
export {
  type Cancellation,
  cancelRun,
  resumeRun,
  retryRun,
  startRun,
} from './drive/start-run.ts';
export type { Fact, JournalEntry, OutputRecord, Ranges, SetRecord } from './events/fact.ts';
export { countOf, eachOf, rangesOf, toArray } from './events/ranges.ts';
export { isLed, type Owner, readOwner } from './journal/project-lock.ts';
export { journalPath, STATE_FOLDER } from './journal/state-folder.ts';
export { type DescribeOptions, describePlan } from './plan/describe-plan.ts';
export { planProject } from './plan/plan-project.ts';
export type { Plan, PlannedSet, PlanSummary, SetSummary } from './plan/plan-types.ts';
export type { Builtin, LoadedPlugin } from './plugins/builtin.ts';
export type { JsonSchema } from './project/json-schema.ts';
export type { LoadedProjectFile, LoadOptions, Misplaced } from './project/load-project.ts';
export type {
  ConfiguredFlow,
  ConfiguredProvider,
  LoadedProject,
  Problem,
  RecordSettings,
  RunSettings,
} from './project/loaded-project.ts';
export { loadProject, projectJsonSchema } from './project/on-demand.ts';
export { isProjectProblems, type ProjectProblems } from './project/project-problems.ts';
export { DIGEST_BYTES } from './project/project-schema.ts';
export { findReferences } from './project/reference-syntax.ts';
export type { References } from './project/references.ts';
export { renderProblems } from './project/render-problems.ts';
export { type DebugRequest, debugJob, type TaskToDebug } from './views/debug-job.ts';
export { RunFold } from './views/fold-run.ts';
export { History, type LogRequest, openHistory } from './views/history.ts';
export type { RunPlan, SetPlan } from './views/run-plan.ts';
export type {
  Explanation,
  FailedAttempt,
  RunLine,
  RunView,
  SetView,
  TaskView,
} from './views/view-types.ts';
export { composeProject, composeRun, type ProjectSurroundings } from './wiring/compose.ts';
export type { ProviderPool, Used } from './wiring/provider-pool.ts';
export type { Scope } from './wiring/scope.ts';
export { T } from './wiring/tokens.ts';
