export type { Surroundings } from './connection.ts';
export { openLocalHost } from './open-local-host.ts';
export { machineTimers, type Timers } from './timers.ts';
export type {
  BudgetUse,
  Command,
  CommandEnd,
  CommandOptions,
  LinkState,
  LinkStatus,
  Outcome,
  RemoteHost,
  RemoteStream,
  RunOptions,
  RunResult,
  StreamOptions,
  Via,
} from './transport.ts';
