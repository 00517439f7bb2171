import { closeSync, openSync, writeSync } from 'node:fs';

type Write = typeof process.stdout.write;

function bytesOf(chunk: Uint8Array | string, encoding: unknown): Uint8Array {
  if (typeof chunk !== 'string') return chunk;
  return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
}

/** Writes whole; a log that cannot be written must not fail the work. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  try {
    let written = 0;
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
  } catch {
    // The disk is full or the file is gone: there is nowhere left to say so.
  }
}

function openLog(path: string): number | undefined {
  try {
    return openSync(path, 'a');
  } catch {
    return undefined;
  }
}

/**
 * Directs what this process prints through `process.stdout`, `process.stderr` and so `console` to the file of the call
 * that runs. A file is opened when the first byte is written to it. What is printed while no file is set, and what
 * bypasses these streams, such as the output of child processes, goes where the process itself prints.
 */
export class OutputCapture implements Disposable {
  readonly #plain: { readonly out: Write; readonly err: Write };
  #path: string | undefined;
  #descriptor: number | undefined;

  constructor() {
    const { stdout, stderr } = process;
    this.#plain = { out: stdout.write, err: stderr.write };
    stdout.write = this.#redirected(stdout, stdout.write);
    stderr.write = this.#redirected(stderr, stderr.write);
  }

  /** From now on, output goes to this file; `undefined`: where the process itself prints. */
  direct(path: string | undefined): void {
    if (path === this.#path) return;
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    this.#path = path;
  }

  /** Adds to the present file. Whether there is one. */
  write(bytes: Uint8Array): boolean {
    if (this.#path === undefined) return false;
    this.#descriptor ??= openLog(this.#path);
    if (this.#descriptor === undefined) return false;
    writeAll(this.#descriptor, bytes);
    return true;
  }

  [Symbol.dispose](): void {
    this.direct(undefined);
    process.stdout.write = this.#plain.out;
    process.stderr.write = this.#plain.err;
  }

  #redirected(stream: NodeJS.WriteStream, plain: Write): Write {
    const redirected = (
      chunk: Uint8Array | string,
      encodingOrDone?: unknown,
      done?: unknown,
    ): boolean => {
      if (!this.write(bytesOf(chunk, encodingOrDone))) {
        return Reflect.apply(plain, stream, [chunk, encodingOrDone, done]) as boolean;
      }
      const callback = typeof encodingOrDone === 'function' ? encodingOrDone : done;
      if (typeof callback === 'function') process.nextTick(callback as () => void);
      return true;
    };
    return redirected;
  }
}
