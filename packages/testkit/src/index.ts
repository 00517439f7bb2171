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
