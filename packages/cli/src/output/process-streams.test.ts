import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutputStream } from './output.ts';
import { DirectStream } from './process-streams.ts';

/** Remembers what it is handed. */
class Kept implements OutputStream {
  bytes = Buffer.alloc(0);
  readonly events: string[] = [];

  write(text: string | Uint8Array, done?: () => void): boolean {
    this.bytes = Buffer.concat([this.bytes, Buffer.from(text)]);
    done?.();
    return true;
  }

  on(event: string): void {
    this.events.push(event);
  }
}

function unwanted(): OutputStream {
  throw new Error('the stream of Node was not expected to be needed');
}

describe('DirectStream', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'orchestrate-stream-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('writes to a file at once, and says so', () => {
    const path = join(folder, 'out');
    const descriptor = openSync(path, 'w');
    const stream = new DirectStream(descriptor, unwanted);
    const done: unknown[] = [];

    stream.write('grün ', (error) => done.push(error));
    stream.write(Buffer.from('und rot'), (error) => done.push(error));

    closeSync(descriptor);
    expect(readFileSync(path, 'utf8')).toBe('grün und rot');
    expect(done).toEqual([undefined, undefined]);
  });

  it('hands the rest to the stream of Node when a non-blocking pipe is full', () => {
    const path = join(folder, 'pipe');
    execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
    const descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const kept = new Kept();
    const stream = new DirectStream(descriptor, () => kept);
    stream.on('error', () => {});
    const text = Array.from({ length: 100_000 }, (_, n) => `${n}\n`).join('');

    stream.write(text);
    stream.write('the end');

    const taken = Buffer.alloc(text.length - kept.bytes.length + 'the end'.length);
    readSync(descriptor, taken);
    closeSync(descriptor);
    expect(Buffer.concat([taken, kept.bytes]).toString()).toBe(`${text}the end`);
    expect(taken.length).toBeGreaterThan(0);
    expect(kept.events).toEqual(['error']);
  });

  it('tells its listeners when nobody reads any more', () => {
    const path = join(folder, 'pipe');
    execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const descriptor = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    closeSync(reader);
    const errors: unknown[] = [];
    const stream = new DirectStream(descriptor, unwanted);
    stream.on('error', (error) => errors.push(error));

    stream.write('lost', (error) => errors.push(error));

    closeSync(descriptor);
    expect(errors).toEqual([
      expect.objectContaining({ code: 'EPIPE' }),
      expect.objectContaining({ code: 'EPIPE' }),
    ]);
  });
});
