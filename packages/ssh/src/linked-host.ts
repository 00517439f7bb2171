import { Readable } from 'node:stream';
import { formatDuration } from '@orchestrate/core';
import type { CommandBudget } from './command-budget.ts';
import type { Connection, Surroundings } from './connection.ts';
import { CutOff, TooMuchOutput } from './cut-off.ts';
import { sshError } from './errors.ts';
import type { OwnCommand } from './own-channel.ts';
import { commandText, withInput } from './shell-text.ts';
import { pause, unlessAborted } from './timers.ts';
import type {
  BudgetUse,
  Command,
  LinkStatus,
  Outcome,
  RemoteHost,
  RemoteStream,
  RunOptions,
  RunResult,
  StreamOptions,
} from './transport.ts';

const TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 64 * 2 ** 20;
/** Input up to so much goes over the helper shell; more needs a channel of its own. */
const SMALL_INPUT_BYTES = 64 * 1024;
/** Between the end of a link and the next try over a new one. */
const AGAIN_MS = 100;
const NEVER = new AbortController().signal;

/** The time of a command is over. */
class TimeUp extends Error {}

/** What is known of a command while it is tried. */
interface Trial {
  readonly what: string;
  readonly timeoutMs: number;
  wasSent: boolean;
}

/** A command as messages name it: the program, not its arguments, which may be long or private. */
function nameOf(command: Command): string {
  return typeof command === 'string' ? 'a script' : `\`${command[0]}\``;
}

/** A host behind a {@link Connection}. */
export class LinkedHost implements RemoteHost {
  readonly name: string;
  readonly #connection: Connection;
  readonly #budget: CommandBudget;
  readonly #around: Surroundings;

  constructor(name: string, connection: Connection, budget: CommandBudget, around: Surroundings) {
    this.name = name;
    this.#connection = connection;
    this.#budget = budget;
    this.#around = around;
  }

  get status(): LinkStatus {
    return this.#connection.status;
  }

  get budget(): BudgetUse {
    return this.#budget.use;
  }

  onStatus(listener: (status: LinkStatus) => void): Disposable {
    return this.#connection.onStatus(listener);
  }

  async run(command: Command, options: RunOptions = {}): Promise<RunResult> {
    const { timeoutMs = TIMEOUT_MS, signal = NEVER, cost = 1 } = options;
    const script = commandText(command, options);
    const closable = AbortSignal.any([signal, this.#connection.closed]);
    await this.#budget.take(cost, closable);
    const limit = new AbortController();
    const { clock, timers } = this.#around;
    using _timer = timers.setTimer(clock.monotonic() + timeoutMs, () => limit.abort(new TimeUp()));
    const trial: Trial = { what: nameOf(command), timeoutMs, wasSent: false };
    const until = AbortSignal.any([closable, limit.signal]);
    for (;;) {
      try {
        return await this.#once(script, options, until, trial);
      } catch (error) {
        if (error instanceof CutOff) trial.wasSent = error.wasSent;
        if (!(error instanceof CutOff) || (trial.wasSent && options.idempotent !== true)) {
          throw this.#told(error, trial);
        }
        await this.#breathe(until, trial);
      }
    }
  }

  async stream(command: Command, options: StreamOptions = {}): Promise<RemoteStream> {
    const { signal = NEVER, cost = 1, stdin, timeoutMs = TIMEOUT_MS } = options;
    const script = commandText(command, options);
    const until = AbortSignal.any([signal, this.#connection.closed]);
    await this.#budget.take(cost, until);
    const trial: Trial = { what: nameOf(command), timeoutMs, wasSent: false };
    const own = await this.#start(script, until, trial, stdin);
    const end = this.#streamEnd(own, until, trial);
    end.catch(() => undefined);
    return {
      stdout: own.stdout,
      end,
      async [Symbol.asyncDispose]() {
        own[Symbol.dispose]();
        await end.catch(() => undefined);
      },
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection[Symbol.asyncDispose]();
  }

  async #breathe(until: AbortSignal, trial: Trial): Promise<void> {
    try {
      await pause(AGAIN_MS, this.#around, until);
    } catch (error) {
      throw this.#told(error, trial);
    }
  }

  async #start(
    script: string,
    until: AbortSignal,
    trial: Trial,
    stdin: Readable | undefined,
  ): Promise<OwnCommand & Disposable> {
    const limit = new AbortController();
    const { clock, timers } = this.#around;
    const at = clock.monotonic() + trial.timeoutMs;
    using _timer = timers.setTimer(at, () => limit.abort(new TimeUp()));
    const either = AbortSignal.any([until, limit.signal]);
    for (;;) {
      try {
        const session = await this.#connection.session(either);
        return await session.start(script, either, stdin);
      } catch (error) {
        if (error instanceof CutOff) trial.wasSent = error.wasSent;
        if (!(error instanceof CutOff) || error.wasSent) throw this.#told(error, trial);
        await this.#breathe(either, trial);
      }
    }
  }

  async #streamEnd(own: OwnCommand & Disposable, until: AbortSignal, trial: Trial) {
    const give = () => {
      own.stdout.destroy(until.reason as Error);
      own[Symbol.dispose]();
    };
    if (until.aborted) give();
    until.addEventListener('abort', give, { once: true });
    try {
      const end = await own.end;
      until.throwIfAborted();
      return end;
    } catch (error) {
      until.throwIfAborted();
      trial.wasSent = true;
      throw this.#told(error, trial);
    } finally {
      until.removeEventListener('abort', give);
    }
  }

  async #once(
    script: string,
    options: RunOptions,
    until: AbortSignal,
    trial: Trial,
  ): Promise<RunResult> {
    const { stdin, maxOutputBytes = MAX_OUTPUT_BYTES } = options;
    trial.wasSent = false;
    const session = await this.#connection.session(until);
    const sent = () => {
      trial.wasSent = true;
    };
    const input = typeof stdin === 'string' ? Buffer.from(stdin) : stdin;
    if (input === undefined || input.length <= SMALL_INPUT_BYTES) {
      const text = input === undefined ? script : withInput(script, input);
      return session.run(text, { maxOutputBytes, signal: until, sent });
    }
    using own = await session.start(script, until, Readable.from([input]));
    sent();
    const reading = outputOf(own, maxOutputBytes);
    reading.catch(() => undefined);
    return await unlessAborted(reading, until);
  }

  /** An error as callers get it. */
  #told(error: unknown, { what, timeoutMs, wasSent }: Trial): unknown {
    const outcome: Outcome = wasSent ? 'unknown' : 'not-sent';
    const { name } = this;
    if (error instanceof TooMuchOutput) {
      return sshError('SSH_OUTPUT_TOO_LARGE', `${what} on ${name} wrote more than is taken`, {
        details: { outcome, host: name },
      });
    }
    if (error instanceof CutOff) {
      const message = `the connection to ${name} was lost while ${what} was under way: ${error.message}`;
      return sshError('SSH_LINK_LOST', message, { details: { outcome, host: name } });
    }
    if (!(error instanceof TimeUp)) return error;
    const seconds = formatDuration(timeoutMs / 1000);
    if (wasSent) {
      return sshError('SSH_TIMEOUT', `${what} on ${name} did not end within ${seconds}`, {
        details: { outcome, host: name },
      });
    }
    const message = `no connection to ${name} within ${seconds}: ${this.#connection.reason}`;
    return sshError('SSH_UNREACHABLE', message, { details: { outcome, host: name } });
  }
}

/** What a command on a channel of its own says, up to a limit. */
async function outputOf(own: OwnCommand, maxOutputBytes: number): Promise<RunResult> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const failed = own.end.then(() => undefined);
  failed.catch(() => undefined);
  try {
    for await (const chunk of own.stdout as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxOutputBytes) throw new TooMuchOutput();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof TooMuchOutput) throw error;
    await failed;
    throw error;
  }
  return { ...(await own.end), stdout: Buffer.concat(chunks).toString() };
}
