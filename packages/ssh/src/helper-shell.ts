import { randomBytes } from 'node:crypto';
import { CutOff, TooMuchOutput } from './cut-off.ts';
import { Frame } from './frame.ts';
import type { Channel, ChannelEnd } from './link.ts';
import { signalOf } from './signal-name.ts';
import type { RunResult } from './transport.ts';

/** What the login shell is asked to start; all of them understand this. */
export const HELPER_COMMAND = 'exec /bin/sh';

/** Longest text of a start-up file or a refusal that is repeated in a message. */
const TALK_CHARACTERS = 300;
const TALK_BYTES = 64 * 1024;

interface Current {
  readonly out: Frame;
  readonly err: Frame;
  readonly settle: () => void;
  readonly fail: (error: Error) => void;
}

/**
 * One `sh` at the other end that runs commands as they come over its standard input, one after another. Each runs in a
 * subshell with an empty standard input, so that it can neither read nor change what comes after it.
 */
export class HelperShell {
  readonly #channel: Channel;
  #current: Current | undefined;
  #pid: number | undefined;
  #end: ChannelEnd | undefined;
  readonly #talk: Buffer[] = [];
  #talkBytes = 0;

  constructor(channel: Channel) {
    this.#channel = channel;
    channel.stdout.on('data', (chunk: Buffer) => this.#take('out', chunk));
    channel.stderr.on('data', (chunk: Buffer) => this.#take('err', chunk));
    void channel.end.then((end) => {
      this.#end = end;
      this.#current?.fail(new CutOff(this.#lastWords(end), !this.#wasNeverThere(end)));
    });
  }

  /** Its process id at the other end, known after the first command. */
  get pid(): number | undefined {
    return this.#pid;
  }

  get isBusy(): boolean {
    return this.#current !== undefined;
  }

  get isDead(): boolean {
    return this.#end !== undefined;
  }

  /**
   * Runs one command; {@link isBusy} must be false.
   * @param text POSIX shell text of the command
   * @throws CutOff, TooMuchOutput
   */
  async run(text: string, maxOutputBytes: number): Promise<RunResult> {
    if (this.#end !== undefined) throw new CutOff(this.#lastWords(this.#end), false);
    const mark = randomBytes(16).toString('hex');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const outputs = { out: [] as Buffer[], err: [] as Buffer[] };
    let bytes = 0;
    const taker = (into: Buffer[]) => (content: Buffer) => {
      bytes += content.length;
      if (bytes > maxOutputBytes) reject(new TooMuchOutput());
      else into.push(content);
    };
    const current: Current = {
      out: new Frame(mark, taker(outputs.out)),
      err: new Frame(mark, taker(outputs.err)),
      settle: resolve,
      fail: reject,
    };
    this.#current = current;
    this.#channel.stdin.write(
      `printf '%s %s\\n' ${mark}b "$$"; printf '%s %s\\n' ${mark}b "$$" >&2; (\n${text}\n) </dev/null; ` +
        `printf '%s %s\\n' ${mark}e "$?"; printf '%s 0\\n' ${mark}e >&2\n`,
    );
    await promise;
    this.#current = undefined;
    this.#pid = current.out.header;
    const code = current.out.trailer ?? 0;
    const signal = signalOf(code);
    return {
      code,
      ...(signal === undefined ? {} : { signal }),
      stdout: Buffer.concat(outputs.out).toString(),
      stderr: Buffer.concat(outputs.err).toString(),
    };
  }

  /** Cuts its channel off; what it runs is not ended by that. */
  destroy(): void {
    this.#channel.destroy();
  }

  /** Lets it end by itself. */
  close(): void {
    this.#channel.stdin.end();
  }

  #wasNeverThere({ wasRefused = false }: ChannelEnd): boolean {
    return wasRefused && this.#pid === undefined;
  }

  /** What a login shell said instead of starting ours, or how ours ended. */
  #lastWords({ code, signal }: ChannelEnd): string {
    const said = Buffer.concat(this.#talk).toString().trim().slice(-TALK_CHARACTERS);
    if (this.#pid === undefined && said !== '') return said;
    if (code === undefined && signal === undefined) return 'the channel was cut off';
    return `the shell ended with ${signal ?? `exit code ${code}`}`;
  }

  #take(which: 'out' | 'err', chunk: Buffer): void {
    const current = this.#current;
    // What a start-up file says is kept for the case that nothing else comes.
    if (this.#pid === undefined && this.#talkBytes < TALK_BYTES) {
      this.#talk.push(chunk);
      this.#talkBytes += chunk.length;
    }
    if (current === undefined) return;
    current[which].push(chunk);
    if (current.out.header !== undefined) this.#pid = current.out.header;
    if (current.out.trailer !== undefined && current.err.trailer !== undefined) current.settle();
  }
}
