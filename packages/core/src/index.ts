export type {
  BackendTraits,
  CallOptions,
  ComputeBackend,
  DebugJob,
  Finding,
  FunctionCall,
  FunctionPack,
  HostFetchOptions,
  HostFile,
  HostRunOptions,
  HostStamp,
  JobExit,
  JobSample,
  JobSpec,
  JobStatus,
  LeaderHost,
  PackProgress,
  ProjectFiles,
  Remains,
  SubmitOutcome,
  Terminal,
} from './backend.ts';
export { HOST_VARIABLE } from './backend.ts';
export { CORE_ERRORS } from './errors.ts';
export { exitOfStatus, LINUX_SIGNALS, type SignalNumbers, signalOfStatus } from './exit-status.ts';
export {
  FAILURE_CLASSES,
  type FailureClass,
  type FailureOrigin,
  failureOrigin,
} from './failure.ts';
export type {
  CheckPolicy,
  Expansion,
  Flow,
  FlowContext,
  Group,
  Need,
  Results,
  TaskGraph,
  TaskSet,
} from './flow.ts';
export {
  type ErrorEntry,
  type ErrorTable,
  errorsOf,
  FlowError,
  type FlowErrorOptions,
  isFlowError,
  type MakeError,
} from './flow-error.ts';
export {
  isRunId,
  type JobKey,
  jobKey,
  NAME_PATTERN,
  parseJobKey,
  type RunId,
  runIdFrom,
} from './ids.ts';
export { inParallel, type Parallel } from './in-parallel.ts';
export { canonicalJson, type Json, type JsonObject } from './json.ts';
export { listObjects } from './list-objects.ts';
export {
  globPattern,
  isPattern,
  matchTasks,
  matchValues,
  type NamedTask,
  withSlash,
} from './match-tasks.ts';
export { relativeImports, scriptsNamed } from './named-code.ts';
export { ownModule } from './own-module.ts';
export { type Axis, type Column, identityText } from './parameters/column.ts';
export type { Exclusion } from './parameters/exclude.ts';
export { fitLabel, labelValue, shortHash } from './parameters/label.ts';
export {
  MAX_MEMBERS,
  type ParameterDefinition,
  type ParameterSpace,
  parameterSpace,
} from './parameters/parameter-space.ts';
export {
  type GivenParameters,
  hasParameters,
  type ParameterConfig,
  type ParameterFile,
  Parameters,
  parameterDefinition,
  parameterFields,
} from './parameters/schema.ts';
export {
  confineKey,
  confinePath,
  formatAddress,
  parseAddress,
  type StorageAddress,
} from './paths.ts';
export {
  type BackendPlugin,
  CONTRACT_VERSION,
  definePlugin,
  type FlowPlugin,
  type Plugin,
  type PluginContext,
  type StoragePlugin,
} from './plugin.ts';
export { type Clock, type Logger, type Random, silentLogger } from './ports.ts';
export {
  Bytes,
  Duration,
  formatBytes,
  formatDuration,
  parseBytes,
  parseDuration,
} from './quantity.ts';
export { type Report, readField, reporting } from './read-field.ts';
export { readObject } from './read-object.ts';
export type { Resources, Usage } from './resources.ts';
export {
  type Backoff,
  backoffSeconds,
  DEFAULT_RETRY,
  decideRetry,
  type Escalation,
  escalate,
  type FailureCounts,
  type RetryDecision,
  type RetryPolicy,
} from './retry.ts';
export type {
  ByteRange,
  ListPage,
  ListRequest,
  ObjectStat,
  Storage,
  StorageTraits,
  TransferOptions,
  WriteOptions,
} from './storage.ts';
export { SETTLED_TOGETHER } from './storage.ts';
export { STORAGE_ERRORS, storageError } from './storage-errors.ts';
export { compareUtf8, storageKeyProblem } from './storage-key.ts';
export { didYouMean, editDistance, suggest } from './suggest.ts';
export type {
  CommandWork,
  FunctionContext,
  FunctionWork,
  InputForm,
  ShellWork,
  Staging,
  TaskInput,
  TaskOutput,
  TaskSpec,
  Work,
} from './task.ts';
export { isFinal, isLegalTransition, isLive, TASK_STATES, type TaskState } from './task-state.ts';
export { LazyFields, type TemplateScope } from './template/compile.ts';
export { FUNCTIONS, quoteWord, type TemplateFunction } from './template/functions.ts';
export { jsonText } from './template/json-text.ts';
export type { NamePath } from './template/names.ts';
export { isEqual, isTrue } from './template/operators.ts';
export {
  compileCondition,
  compileTemplate,
  plainText,
  type Template,
} from './template/template.ts';
export {
  attachWritten,
  freeForm,
  isPlainObject,
  numberAsWritten,
  numberOf,
  plainValue,
  scalarList,
  scalarMap,
  scalarText,
  type Value,
  type ValueMap,
  valueFrom,
  WrittenNumber,
  writtenText,
} from './written.ts';
