import type { Readable } from 'node:stream';

/**
 * What is run: a program with its arguments, which no shell reads, or the text of a POSIX shell script. Of an argv the
 * first word is the program; it may not begin with `-`, and no word may hold a NUL character.
 */
export type Command = readonly string[] | string;

/** How a command came to its end. */
export interface CommandEnd {
  /** Exit code; 128 + number of the signal for a command that a signal ended, as shells have it. */
  readonly code: number;
  /** Name of that signal, such as `SIGKILL`. A program may also end with such a code by itself; shells do not tell. */
  readonly signal?: string;
  /** What it wrote to standard error, as UTF-8. Of a stream the last 64 KiB. */
  readonly stderr: string;
}

/** What a command said. */
export interface RunResult extends CommandEnd {
  /** What it wrote to standard output, as UTF-8, byte for byte up to the end; nothing of a login shell's own talk. */
  readonly stdout: string;
}

/** What commands and streams have in common. */
export interface CommandOptions {
  /** Folder in which it runs. Default: that of the login, usually the home folder. */
  readonly cwd?: string;
  /** Variables added to its environment. They travel over the connection and stand in no process list. */
  readonly env?: Readonly<Record<string, string>>;
  /** Gives up: the command is ended if it runs, and the call is rejected with the reason of the signal. */
  readonly signal?: AbortSignal;
  /** How many commands of the budget it counts as. Default 1. Give 0 to what must not wait, such as a cancellation. */
  readonly cost?: number;
}

/** Options of {@link RemoteHost.run}. */
export interface RunOptions extends CommandOptions {
  /** Its standard input. Without it, it is empty. */
  readonly stdin?: string | Uint8Array;
  /**
   * Milliseconds from the moment the budget allows the command to its answer, with the time in which there was no
   * connection. Default 60,000.
   */
  readonly timeoutMs?: number;
  /**
   * Running it twice does what running it once does. Then it is sent again after the link was lost under way, within
   * `timeoutMs`. Otherwise only what was certainly not sent is.
   */
  readonly idempotent?: boolean;
  /** Most bytes of standard output or standard error that are taken; more ends the command. Default 64 MiB. */
  readonly maxOutputBytes?: number;
}

/** Options of {@link RemoteHost.stream}. */
export interface StreamOptions extends CommandOptions {
  /** Its standard input, read with back-pressure. Without it, it is empty. */
  readonly stdin?: Readable;
  /** Milliseconds from the moment the budget allows it until it must have been started. Default 60,000. */
  readonly timeoutMs?: number;
}

/** A command whose output is read while it runs. Disposing of it ends the command if it still runs. */
export interface RemoteStream extends AsyncDisposable {
  /** Must be read to the end or destroyed: the command stands still while nobody reads. */
  readonly stdout: Readable;
  /**
   * How it ended; fulfilled once everything of `stdout` has come in.
   * @throws SSH_LINK_LOST when the connection ended first; `stdout` is destroyed with the same error
   */
  readonly end: Promise<CommandEnd>;
}

/**
 * Whether an error that is about a command leaves open that it was run. It stands in `details.outcome` of such errors:
 * `not-sent`: certainly not run; `unknown`: it may have been run, may be running, or may have been cut off under way.
 */
export type Outcome = 'not-sent' | 'unknown';

/**
 * `idle`: nothing has asked for a connection yet. `connecting`: one is being made. `connected`: there is one. `lost`: there
 * was one, or an attempt failed; it is made anew when something asks for it, after a pause that grows. `waiting-for-login`:
 * the host wants something that only a person can give. `closed`: for good.
 */
export type LinkState =
  | 'idle'
  | 'connecting'
  | 'connected'
  | 'lost'
  | 'waiting-for-login'
  | 'closed';

/** How commands get to a host: on this machine, by the library `ssh2`, by the program `ssh`, or by a link of another package. */
export type Via = 'local' | 'ssh2' | 'system' | 'other';

/** How the link stands. */
export interface LinkStatus {
  readonly state: LinkState;
  /** The login host that serves, or that was tried last; `this machine` without one. */
  readonly host: string;
  /** Unknown before the first attempt. */
  readonly via?: Via;
  /** When this state began, milliseconds since 1970. */
  readonly since: number;
  /** Why it is `lost` or `waiting-for-login`, as one sentence. */
  readonly reason?: string;
  /** What a person should do, when something has to be done. */
  readonly hint?: string;
  /** Login hosts that are left alone for now, with the reason and until when (milliseconds since 1970). */
  readonly setAside: readonly {
    readonly host: string;
    readonly until: number;
    readonly reason: string;
  }[];
}

/** Use of a budget of commands. */
export interface BudgetUse {
  /** Commands of the last 60 seconds. */
  readonly lastMinute: number;
  /** Most commands in any 60 seconds. */
  readonly perMinute: number;
  /** Commands since the start. */
  readonly total: number;
  /** Commands that wait for their turn. */
  readonly waiting: number;
}

/**
 * A login host, or this machine, as a place to run commands. Calls may be made at any time and side by side; a connection
 * is made when the first one needs it, and again after it was lost. All calls share one connection, and small commands one
 * shell on it.
 *
 * Output is that of the command alone. What a command leaves running in the background must not keep its standard output
 * or standard error: give it files, or `/dev/null`.
 */
export interface RemoteHost extends AsyncDisposable {
  /** What to call it in messages: the login host as the configuration has it, or `this machine`. */
  readonly name: string;
  readonly status: LinkStatus;
  readonly budget: BudgetUse;
  /** Is called after each change of {@link status}, with the new one. */
  onStatus(listener: (status: LinkStatus) => void): Disposable;
  /**
   * Runs a command to its end. Any exit code is an answer, not an error.
   * @throws SSH_UNREACHABLE, SSH_LOGIN_REQUIRED, SSH_HOST_KEY_UNKNOWN, SSH_HOST_KEY_CHANGED, SSH_HOST_KEY_REVOKED,
   *   SSH_CONFIG when there is no connection in time; the outcome is `not-sent`
   * @throws SSH_LINK_LOST, SSH_TIMEOUT, SSH_OUTPUT_TOO_LARGE once it was sent; the outcome is `unknown`
   * @throws SSH_ARGUMENT, SSH_CLOSED before anything was done
   */
  run(command: Command, options?: RunOptions): Promise<RunResult>;
  /**
   * Starts a command on a channel of its own, for many bytes or a long time.
   * @throws like {@link run}, before it was started
   */
  stream(command: Command, options?: StreamOptions): Promise<RemoteStream>;
  /** Ends the connection and what waits for it; commands under way end with SSH_CLOSED. */
  [Symbol.asyncDispose](): Promise<void>;
}
