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
  /** Process id of the shell around it, once known. */
  pid(): number | undefined;
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

function sendInput(channel: Channel, line: string, stdin: Readable | undefined): void {
  channel.stdin.write(line);
  if (stdin === undefined) channel.stdin.end();
  else {
    stdin.on('error', () => channel.destroy());
    stdin.pipe(channel.stdin);
    // A command may end before it has read everything.
    void channel.end.then(() => stdin.destroy());
  }
}

/**
 * Starts a command on a channel that was opened with {@link OWN_COMMAND}.
 * @param text POSIX shell text of the command
 */
export function startOwn(channel: Channel, text: string, stdin?: Readable): OwnCommand {
  const mark = randomBytes(16).toString('hex');
  const errors = new Tail();
  const talk = new Tail();
  const stderr = new Frame(mark, (content) => errors.push(content));
  channel.stderr.on('data', (chunk: Buffer) => {
    if (stderr.header === undefined) talk.push(chunk);
    stderr.push(chunk);
  });
  const stdout = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      frame.push(chunk);
      done();
    },
    flush(done) {
      frame.finish();
      done();
    },
  });
  const frame = new Frame(mark, (content) => stdout.push(content));
  const { promise: drained, resolve: drain } = Promise.withResolvers<void>();
  channel.stdout.on('close', drain).pipe(stdout);
  // Who does not want to read on is not a reason for the command to stand still.
  stdout.on('close', () => channel.stdout.resume());
  const begin = `printf '%s %s\\n' ${mark}b "$$"; printf '%s %s\\n' ${mark}b "$$" >&2; unset c`;
  const wrapped = `${begin}; (\n${text}\n); c=$?; printf '%s %s\\n' ${mark}e "$c" >&2; exit "$c"`;
  sendInput(channel, `${printfText(wrapped)}\n`, stdin);
  return {
    stdout,
    pid: () => stderr.header,
    end: endOf(channel, { stderr, errors, talk, stdout, drained }),
  };
}

async function endOf(
  channel: Channel,
  parts: {
    readonly stderr: Frame;
    readonly errors: Tail;
    readonly talk: Tail;
    readonly stdout: Transform;
    readonly drained: Promise<void>;
  },
): Promise<CommandEnd> {
  const { wasRefused = false } = await channel.end;
  const code = parts.stderr.trailer;
  if (code === undefined) {
    const isUnsent = wasRefused && parts.stderr.header === undefined;
    const said = parts.talk.toString().trim();
    const error = new CutOff(said === '' ? 'the channel was cut off' : said, !isUnsent);
    parts.stdout.on('error', () => undefined).destroy(error);
    throw error;
  }
  await parts.drained;
  const signal = signalOf(code);
  return {
    code,
    ...(signal === undefined ? {} : { signal }),
    stderr: parts.errors.toString(),
  };
}
