export type { PackResult } from './pack-file.ts';
export { type RunPackOptions, runPack } from './run-pack.ts';
export { type WorkerCommand, workerCommand } from './worker-command.ts';
