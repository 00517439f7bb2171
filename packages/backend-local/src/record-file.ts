import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { formatRecord, type KeeperRecord, parseRecord } from './records.ts';

const CHUNK_BYTES = 64 * 1024;

/**
 * A keeper's record file, read as it grows and appended to. Calls are synchronous on purpose: a record is a few dozen bytes
 * in the page cache, and a thread hop would cost more than the read.
 */
export class RecordFile implements Disposable {
  readonly #descriptor: number;
  readonly #buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  readonly #decoder = new StringDecoder('utf8');
  #offset = 0;
  #closed = false;
  #rest = '';

  /** Opens the file for reading and appending; it is made when `create` is set. */
  constructor(path: string, create: boolean) {
    this.#descriptor = openSync(path, create ? 'ax+' : 'a+', 0o600);
  }

  /** Whole records since the last call, in the order written. */
  read(): KeeperRecord[] {
    const records: KeeperRecord[] = [];
    for (;;) {
      const bytes = readSync(this.#descriptor, this.#buffer, 0, CHUNK_BYTES, this.#offset);
      if (bytes === 0) return records;
      this.#offset += bytes;
      const text = this.#rest + this.#decoder.write(this.#buffer.subarray(0, bytes));
      const lines = text.split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) {
        const record = line === '' ? undefined : parseRecord(line);
        if (record !== undefined) records.push(record);
      }
      if (bytes < CHUNK_BYTES) return records;
    }
  }

  /** Appends one record. Throws the error of the system, and then nothing that counts was written. */
  append(record: Parameters<typeof formatRecord>[0]): void {
    const bytes = Buffer.from(formatRecord(record));
    let written = 0;
    while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written);
  }

  /** When the last record was written, milliseconds since 1970. */
  modifiedAt(): number {
    return fstatSync(this.#descriptor).mtimeMs;
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#descriptor);
  }
}
