import { fstatSync, writeSync } from 'node:fs';
import { farTerminal } from './far-terminal.ts';
import type { OutputStream } from './output.ts';

const STDOUT = 1;
const STDERR = 2;

/**
 * A file or pipe that is written to at once. The streams of Node do the same there, but loading them takes longer than
 * most commands. A pipe that somebody else made non-blocking is left to them.
 */
export class DirectStream implements OutputStream {
  readonly #descriptor: number;
  readonly #instead: () => OutputStream;
  readonly #onError: ((error?: Error) => void)[] = [];
  #stream: OutputStream | undefined;

  constructor(descriptor: number, instead: () => OutputStream) {
    this.#descriptor = descriptor;
    this.#instead = instead;
  }

  write(text: string | Uint8Array, done?: (error?: Error | null) => void): boolean {
    if (this.#stream !== undefined) return this.#stream.write(text, done);
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written);
    } catch (error) {
      if (codeOf(error) === 'EAGAIN') return this.#open().write(bytes.subarray(written), done);
      const failure = error instanceof Error ? error : new Error(String(error));
      for (const listener of this.#onError) listener(failure);
      done?.(failure);
      return true;
    }
    done?.();
    return true;
  }

  on(event: 'error' | 'resize' | 'drain', listener: (error?: Error) => void): void {
    if (event === 'error') this.#onError.push(listener);
    this.#stream?.on(event, listener);
  }

  #open(): OutputStream {
    this.#stream = this.#instead();
    for (const listener of this.#onError) this.#stream.on('error', listener);
    return this.#stream;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function streamOf(descriptor: number, stream: () => OutputStream): OutputStream {
  try {
    const file = fstatSync(descriptor);
    if (!file.isCharacterDevice()) return new DirectStream(descriptor, stream);
  } catch {
    // Closed, or nothing that can be looked at: Node knows what to do.
  }
  return stream();
}

/** Standard output and standard error of the process. */
export function processStreams(environment: Readonly<Record<string, string | undefined>>): {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
} {
  const stdout = streamOf(STDOUT, () => process.stdout);
  return {
    stdout: farTerminal(stdout, environment) ?? stdout,
    stderr: streamOf(STDERR, () => process.stderr),
  };
}
