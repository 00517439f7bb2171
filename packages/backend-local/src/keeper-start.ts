import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { workerCommand } from '@orchestrate/runner';
import { Keeper, type KeeperLink, keeperPaths } from './keeper.ts';
import { keeperPreamble } from './keeper-script.ts';
import type { ProcessTable } from './process-table.ts';
import { RecordFile } from './record-file.ts';
import type { KeeperHeader } from './records.ts';
import { shellQuote } from './shell-quote.ts';

/** What starting a keeper takes. */
export interface KeeperSettings {
  /** Folder of the record files. */
  readonly directory: string;
  /** Absolute path of a POSIX shell. */
  readonly shell: string;
  readonly graceSeconds: number;
  readonly projectDirectory: string;
  readonly workerMemoryBytes?: number;
  readonly processes: ProcessTable;
  readonly now: () => number;
  readonly newId: () => string;
}

/** What a started keeper reports. */
export interface KeeperEvents {
  /** It wrote records. */
  nudged(keeper: Keeper): void;
  gone(keeper: Keeper, code: number | null, signal: string | null): void;
}

function begin(kind: KeeperHeader['kind'], child: ChildProcess, settings: KeeperSettings) {
  const pid = child.pid;
  if (pid === undefined) return undefined;
  return {
    kind,
    pid,
    startMark: settings.processes.row(pid)?.startMark ?? '',
    createdAt: settings.now(),
  } satisfies KeeperHeader;
}

function attach(
  child: ChildProcess,
  link: KeeperLink,
  nudges: NodeJS.ReadableStream,
  make: (link: KeeperLink) => Keeper,
  events: KeeperEvents,
): Keeper {
  const keeper = make(link);
  link.input.on('error', () => keeper.close());
  nudges.on('error', () => keeper.close());
  nudges.on('data', () => {
    if (!keeper.gone) events.nudged(keeper);
  });
  child.on('exit', (code, signal) => events.gone(keeper, code, signal));
  return keeper;
}

function start(
  kind: KeeperHeader['kind'],
  settings: KeeperSettings,
  events: KeeperEvents,
  spawnKeeper: (id: string) => ChildProcess,
): Keeper | undefined {
  const id = settings.newId();
  const paths = keeperPaths(settings.directory, id);
  const records = new RecordFile(paths.records, true);
  const child = spawnKeeper(id);
  child.on('error', () => {});
  const header = begin(kind, child, settings);
  const channel = kind === 'commands' ? child.stdin : child.stdio[3];
  const nudges = kind === 'commands' ? child.stdout : channel;
  if (header === undefined || !(channel instanceof Duplex) || !(nudges instanceof Duplex)) {
    const keeper = new Keeper(id, header ?? { kind, pid: 0, startMark: '', createdAt: 0 }, {
      paths,
      records,
    });
    keeper.removeFiles();
    return undefined;
  }
  records.append({ kind: 'header', header });
  return attach(
    child,
    { child, input: channel },
    nudges,
    (link) => new Keeper(id, header, { paths, records }, link),
    events,
  );
}

const SECRET_VARIABLE = /^ORCHESTRATE_SECRET_/;

/**
 * What jobs inherit. Secrets of the project are not among it: a task gets those it asks for, and any other could print them
 * into a log that nobody expects them in.
 */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !SECRET_VARIABLE.test(name)),
  );
}

function apart(): SpawnOptions {
  return { detached: true, cwd: '/', env: inherited() };
}

/** Starts a shell that runs commands. `undefined` when the system has no process to give right now. */
export function startCommandKeeper(
  settings: KeeperSettings,
  events: KeeperEvents,
): Keeper | undefined {
  const keeper = start('commands', settings, events, () =>
    spawn(settings.shell, [], {
      ...apart(),
      argv0: 'orchestrate-keeper',
      stdio: ['pipe', 'pipe', 'ignore'],
    }),
  );
  keeper?.say(keeperPreamble(keeper.paths, settings.graceSeconds, shellQuote));
  return keeper;
}

/** Starts a process that runs packs of function calls. `undefined` when the system has no process to give right now. */
export function startFunctionKeeper(
  settings: KeeperSettings,
  events: KeeperEvents,
): Keeper | undefined {
  const keeper = start('functions', settings, events, (id) => {
    const output = openSync(keeperPaths(settings.directory, id).output, 'a', 0o600);
    const { program, args } = workerCommand(
      settings.workerMemoryBytes === undefined
        ? {}
        : { heapMegabytes: Math.ceil(settings.workerMemoryBytes / 2 ** 20) },
    );
    try {
      return spawn(program, args, { ...apart(), stdio: ['ignore', output, output, 'pipe'] });
    } finally {
      closeSync(output);
    }
  });
  if (keeper === undefined) return undefined;
  const { records, stop } = keeper.paths;
  const { graceSeconds, projectDirectory } = settings;
  keeper.say(`${JSON.stringify({ records, stop, graceSeconds, projectDirectory })}\n`);
  return keeper;
}
