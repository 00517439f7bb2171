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
export {
  MemoryObjects,
  MemoryStorage,
  type MemoryStorageOptions,
} from './fakes/memory-storage.ts';
export {
  type OpenStorage,
  type StorageBench,
  type StorageCase,
  storageBench,
} from './storage/storage-bench.ts';
export { STORAGE_CASES, storageContract } from './storage/storage-contract.ts';
