export { type Act, posixAct, type RenderAct } from './backend/act.ts';
export {
  type BackendBench,
  type BackendCase,
  type BackendSuiteOptions,
  backendBench,
  type OpenBackend,
} from './backend/backend-bench.ts';
export { BACKEND_CASES, backendContract } from './backend/backend-contract.ts';
export type { PackAct } from './backend/pack-functions.ts';
export {
  type BrokenPromise,
  type ContractCase,
  casesFor,
  failingCases,
  runCase,
} from './contract-case.ts';
export type { CallOutcome, JobScript, JobStep, Script } from './fakes/job-script.ts';
export { ManualClock, systemTime, type Timers } from './fakes/manual-clock.ts';
export { type LogLine, type MemoryLogger, memoryLogger } from './fakes/memory-logger.ts';
export {
  MemoryObjects,
  MemoryStorage,
  type MemoryStorageOptions,
} from './fakes/memory-storage.ts';
export {
  ScriptedBackend,
  ScriptedCluster,
  type ScriptedClusterOptions,
} from './fakes/scripted-backend.ts';
export { seededRandom } from './fakes/seeded-random.ts';
export {
  type Fault,
  type Faulty,
  type InjectedFault,
  type InterceptedCall,
  withFaults,
} from './faults/fault.ts';
export {
  type Chance,
  falseTimeouts,
  flapping,
  lostReplies,
  refusals,
  repetitions,
  slowness,
  staleAnswers,
  truncatedReads,
} from './faults/faults.ts';
export {
  exampleResults,
  type FlowExample,
  flowContext,
  type MakeFlow,
} from './flow/flow-bench.ts';
export {
  assertDigests,
  FLOW_CASES,
  type FlowBench,
  type FlowCase,
  flowContract,
} from './flow/flow-contract.ts';
export {
  type OpenStorage,
  type StorageBench,
  type StorageCase,
  storageBench,
} from './storage/storage-bench.ts';
export { STORAGE_CASES, storageContract } from './storage/storage-contract.ts';
