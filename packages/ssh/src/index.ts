export { CommandBudget } from './command-budget.ts';
export { SshConfig } from './config.ts';
export type { Connect, Surroundings } from './connection.ts';
export { FarMachine } from './far-machine.ts';
export { type Channel, type ChannelEnd, ChannelRefused, type Link, LinkGone } from './link.ts';
export { type HostOptions, openHost } from './open-host.ts';
export { type LinkedHostOptions, openLinkedHost } from './open-linked-host.ts';
export { openLocalHost } from './open-local-host.ts';
export type { Prompter, Question } from './prompter.ts';
export { shellQuote } from './shell-text.ts';
export { type FetchRequest, type FetchResult, fetchFiles } from './staging/fetch-files.ts';
export { listFolder, type SourceFile } from './staging/file-list.ts';
export { type SendRequest, type SendResult, sendFiles } from './staging/send-files.ts';
export { padding, TAR_END, tarHeader } from './staging/tar-header.ts';
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
