export { type WorkerCommand, workerCommand } from './worker-command.ts';
