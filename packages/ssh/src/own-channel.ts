import { randomBytes } from 'node:crypto';
import { type Readable, Transform } from 'node:stream';
import { CutOff } from './cut-off.ts';
import { Frame } from './frame.ts';
import type { Channel } from './link.ts';
import { printfText } from './shell-text.ts';
import { signalOf } from './signal-name.ts';
import type { CommandEnd } from './transport.ts';

/**
 * What the login shell is asked to start: it reads one line, which stands for the command, and leaves all that follows to the
 * command. So the command is in no process list, as long as it likes, and free of what a login shell takes for special.
 */
export const OWN_COMMAND = `exec /bin/sh -c 'IFS= read -r c; eval "$(printf %b "$c")"'`;

/** What is kept of standard error. */
const STDERR_BYTES = 64 * 1024;

/** A command on a channel of its own. */
export interface OwnCommand {
  readonly stdout: Readable;
  /** @throws CutOff */
  readonly end: Promise<CommandEnd>;
  /** Process id of the shell around it. */
  readonly pid: number;
}

/** Keeps the end of what it is given. */
class Tail {
  #chunks: Buffer[] = [];
  #bytes = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > 2 * STDERR_BYTES) {
      this.#chunks = [this.#last()];
      this.#bytes = STDERR_BYTES;
    }
  }

  #last(): Buffer {
    return Buffer.concat(this.#chunks).subarray(-STDERR_BYTES);
  }

  toString(): string {
    return this.#last().toString();
  }
}

function sendInput(channel: Channel, stdin: Readable | undefined): void {
  if (stdin === undefined) {
    channel.stdin.end();
    return;
  }
  stdin.on('error', () => channel.destroy());
  stdin.pipe(channel.stdin);
  // A command may end before it has read everything.
  void channel.end.then(() => stdin.destroy());
}

/** What comes over the two outputs of a channel, apart. */
class Outputs {
  readonly stdout: Transform;
  /** Once the command has begun, or the channel has ended. */
  readonly begun: Promise<void>;
  readonly end: Promise<CommandEnd>;
  readonly #stderr: Frame;
  readonly #errors = new Tail();
  readonly #talk = new Tail();

  constructor(channel: Channel, mark: string) {
    this.#stderr = new Frame(mark, (content) => this.#errors.push(content));
    const begun = Promise.withResolvers<void>();
    this.begun = begun.promise;
    channel.stderr.on('data', (chunk: Buffer) => {
      if (this.#stderr.header === undefined) this.#talk.push(chunk);
      this.#stderr.push(chunk);
      if (this.#stderr.header !== undefined) begun.resolve();
    });
    const drained = Promise.withResolvers<void>();
    this.end = this.#ended(channel, drained.promise);
    this.end.catch(() => undefined).finally(begun.resolve);
    const frame = new Frame(mark, (content) => this.stdout.push(content), { hasEnd: false });
    this.stdout = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        frame.push(chunk);
        done();
      },
      // What was cut off must not look like what has ended.
      final: (done) => {
        void this.end.catch(() => undefined).finally(done);
      },
    });
    channel.stdout.on('close', drained.resolve).pipe(this.stdout);
    // Who does not want to read on is not a reason for the command to stand still.
    this.stdout.on('close', () => channel.stdout.resume());
  }

  get pid(): number | undefined {
    return this.#stderr.header;
  }

  async #ended(channel: Channel, drained: Promise<void>): Promise<CommandEnd> {
    const { wasRefused = false } = await channel.end;
    const code = this.#stderr.trailer;
    if (code === undefined) {
      const said = this.#talk.toString().trim();
      const isUnsent = wasRefused && this.pid === undefined;
      const hasTalk = this.pid === undefined && said !== '';
      const error = new CutOff(hasTalk ? said : 'the channel was cut off', !isUnsent);
      this.stdout.on('error', () => undefined).destroy(error);
      throw error;
    }
    await drained;
    const signal = signalOf(code);
    return {
      code,
      ...(signal === undefined ? {} : { signal }),
      stderr: this.#errors.toString(),
    };
  }
}

/**
 * Starts a command on a channel that was opened with {@link OWN_COMMAND}. Nothing of its input is read before it has begun.
 * @param text POSIX shell text of the command
 * @throws CutOff when the channel ends before
 */
export async function startOwn(
  channel: Channel,
  text: string,
  stdin?: Readable,
): Promise<OwnCommand> {
  const mark = randomBytes(16).toString('hex');
  const outputs = new Outputs(channel, mark);
  const begin = `printf '%s %s\\n' ${mark}b "$$"; printf '%s %s\\n' ${mark}b "$$" >&2; unset c`;
  const wrapped = `${begin}; (\n${text}\n); c=$?; printf '%s %s\\n' ${mark}e "$c" >&2; exit "$c"`;
  channel.stdin.write(`${printfText(wrapped)}\n`);
  await outputs.begun;
  const { pid, end, stdout } = outputs;
  if (pid === undefined) {
    await end;
    throw new CutOff('the command never began', true);
  }
  sendInput(channel, stdin);
  return { stdout, end, pid };
}
