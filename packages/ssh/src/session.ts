import type { Readable } from 'node:stream';
import type { Clock } from '@orchestrate/core';
import { CutOff } from './cut-off.ts';
import { HELPER_COMMAND, HelperShell } from './helper-shell.ts';
import { killTree } from './kill-tree.ts';
import { type Channel, ChannelRefused, type Link } from './link.ts';
import { OWN_COMMAND, type OwnCommand, startOwn } from './own-channel.ts';
import { pause, type Timers, unlessAborted } from './timers.ts';
import type { RunResult } from './transport.ts';

/** Most channels at once. OpenSSH allows ten, but counts one for a while after it has ended. */
const CHANNELS = 6;
/** Most of them that are helper shells, so that streams find room. */
const HELPERS = 3;
/** How often a refused channel is asked for again, with a pause of 50 ms that doubles. */
const REFUSALS = 8;
const REFUSAL_MS = 50;

/** Lets so many pass at once, in order. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  get hasFree(): boolean {
    return this.#free > 0;
  }

  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    try {
      await unlessAborted(promise, signal);
    } catch (error) {
      const at = this.#waiting.indexOf(resolve);
      if (at >= 0) this.#waiting.splice(at, 1);
      else this.give();
      throw error;
    }
  }

  give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}

/** How a small command is to be run. */
interface SmallCommand {
  readonly maxOutputBytes: number;
  readonly signal: AbortSignal;
  /** Is called before its first byte is sent. */
  readonly sent: () => void;
}

/** What runs over one link: helper shells for small commands, and channels of their own for the others. */
export class Session {
  readonly link: Link;
  readonly #time: { readonly clock: Clock; readonly timers: Timers };
  readonly #channels = new Slots(CHANNELS);
  readonly #shells = new Slots(HELPERS);
  readonly #idle: HelperShell[] = [];

  constructor(link: Link, time: { readonly clock: Clock; readonly timers: Timers }) {
    this.link = link;
    this.#time = time;
  }

  /**
   * Runs a small command.
   * @throws CutOff, TooMuchOutput, the reason of the signal
   */
  async run(text: string, { maxOutputBytes, signal, sent }: SmallCommand): Promise<RunResult> {
    await this.#shells.take(signal);
    try {
      const shell = await this.#shell(signal);
      try {
        if (!shell.isDead) sent();
        const result = await unlessAborted(shell.run(text, maxOutputBytes), signal);
        this.#idle.push(shell);
        return result;
      } catch (error) {
        this.#drop(shell);
        throw error;
      }
    } finally {
      this.#shells.give();
    }
  }

  /**
   * Starts a command on a channel of its own.
   * @throws CutOff, the reason of the signal
   */
  async start(
    text: string,
    signal: AbortSignal,
    stdin?: Readable,
  ): Promise<OwnCommand & Disposable> {
    const channel = await this.#open(OWN_COMMAND, signal);
    const own = await unlessAborted(startOwn(channel, text, stdin), signal).catch((error) => {
      channel.destroy();
      throw error;
    });
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    own.end.then(over, over);
    return {
      ...own,
      [Symbol.dispose]: () => {
        if (!isOver) this.#end(channel, own.pid);
      },
    };
  }

  /** Makes sure that commands can be run. @throws CutOff with what the host said, the reason of the signal */
  async probe(signal: AbortSignal): Promise<void> {
    await this.run(':', { maxOutputBytes: 1024, signal, sent: () => undefined });
  }

  async close(): Promise<void> {
    for (const shell of this.#idle) shell.close();
    await this.link.close();
  }

  async #shell(signal: AbortSignal): Promise<HelperShell> {
    for (let shell = this.#idle.pop(); shell !== undefined; shell = this.#idle.pop()) {
      if (!shell.isDead) return shell;
    }
    return new HelperShell(await this.#open(HELPER_COMMAND, signal));
  }

  async #open(command: string, signal: AbortSignal): Promise<Channel> {
    await this.#channels.take(signal);
    try {
      const channel = await this.#insist(command, signal);
      void channel.end.then(() => this.#channels.give());
      return channel;
    } catch (error) {
      this.#channels.give();
      throw error;
    }
  }

  async #insist(command: string, signal: AbortSignal): Promise<Channel> {
    for (let refusals = 0; ; refusals += 1) {
      try {
        return await unlessAborted(this.link.open(command), signal);
      } catch (error) {
        if (!(error instanceof ChannelRefused)) throw error;
        if (refusals === REFUSALS) throw new CutOff(error.message, false);
        await pause(REFUSAL_MS * 2 ** refusals, this.#time, signal);
      }
    }
  }

  #drop(shell: HelperShell): void {
    if (shell.isDead) return;
    this.#end(shell, shell.pid);
  }

  /** What runs is ended first: once its shell is gone, nobody would know whose child it was. */
  #end(channel: { destroy(): void }, pid: number | undefined): void {
    if (pid === undefined) channel.destroy();
    else void killTree(this.link, pid).finally(() => channel.destroy());
  }
}
