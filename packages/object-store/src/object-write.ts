import { randomUUID } from 'node:crypto';
import { storageError, type WriteOptions } from '@orchestrate/core';
import type { Caller, Try } from './caller.ts';
import { sha256Of } from './content-digest.ts';
import { conditionFailed } from './errors.ts';
import type { Gate } from './gate.ts';
import { type SentDigests, sendParts } from './part-sender.ts';
import type { Part } from './part-source.ts';
import type { Condition, ObjectHead, ObjectPort, PartedUpload, WriteRequest } from './port.ts';
import { isPortError } from './port-error.ts';

/** What writing is made of. */
export interface WriteParts {
  readonly port: ObjectPort;
  readonly caller: Caller;
  /** Places for parts on their way, over all objects together. */
  readonly sending: Gate;
}

/** The condition of a write; both at once are refused. @throws STORAGE_UNSUPPORTED */
export function conditionOf({ ifAbsent, ifMatch }: WriteOptions): Condition | undefined {
  if (ifAbsent === true && ifMatch !== undefined)
    throw storageError('STORAGE_UNSUPPORTED', 'ifAbsent and ifMatch cannot be asked for together.');
  if (ifAbsent === true) return { absent: true };
  return ifMatch === undefined ? undefined : { generation: ifMatch };
}

/**
 * Writes one object. Every write carries a token, so that a writer whose reply was lost looks whether the object it finds is
 * its own before it takes a failed condition for an answer.
 */
export class ObjectWrite {
  readonly #parts: WriteParts;
  readonly #name: string;
  readonly #options: WriteOptions;
  readonly #condition: Condition | undefined;
  readonly #token = randomUUID().replaceAll('-', '');

  constructor(parts: WriteParts, name: string, options: WriteOptions) {
    this.#parts = parts;
    this.#name = name;
    this.#options = options;
    this.#condition = conditionOf(options);
  }

  /** Content in one request. @throws PortError, STORAGE_EXISTS, STORAGE_CHANGED, STORAGE_CORRUPT */
  async whole(content: Uint8Array): Promise<ObjectHead> {
    const sha256 = sha256Of(content);
    this.#checkSha256(sha256);
    const { port, caller } = this.#parts;
    const request = this.#request(sha256);
    const head = await caller.call(
      `write ${this.#name}`,
      this.#options.signal,
      (attempt) => this.#unlessOurs(attempt, () => port.put(this.#name, content, request, attempt)),
      content.length,
    );
    return withSha256(head, sha256);
  }

  /**
   * Content in parts, which appears as a whole once the last one is there.
   * @param bytes of the whole, where they are known
   * @param beforeLast called before the object can appear; what it throws keeps it from that
   * @throws PortError, STORAGE_EXISTS, STORAGE_CHANGED, STORAGE_CORRUPT
   */
  async parted(
    content: Iterable<Part> | AsyncIterable<Part>,
    bytes?: number,
    beforeLast: () => void = () => undefined,
  ): Promise<ObjectHead> {
    const { port, caller, sending } = this.#parts;
    const { sha256, signal } = this.#options;
    const request = this.#request(sha256);
    const size = bytes === undefined ? {} : { bytes };
    const upload = await caller.call(`begin ${this.#name}`, signal, (attempt) =>
      this.#unlessRefused(() =>
        port.upload(this.#name, request, { ...size, signal: attempt.signal }),
      ),
    );
    try {
      const { digests, last } = await sendParts(content, {
        parallel: upload.parallel,
        digests: this.#digests(upload),
        gate: sending,
        send: (part, one) => this.#send(upload, part, one),
        signal,
        beforeLast: (digested) => {
          if (digested.sha256 !== undefined) this.#checkSha256(digested.sha256);
          beforeLast();
        },
      });
      try {
        return await this.#commit(upload, digests, last?.content.length ?? 0);
      } finally {
        last?.release();
      }
    } catch (error) {
      await upload.abort().catch(() => undefined);
      throw error;
    }
  }

  /** A service that takes parts in order tells a checksum of the whole at the end; the others keep ours. */
  #digests({ parallel }: PartedUpload): readonly (keyof SentDigests)[] {
    if (parallel) return ['sha256'];
    return this.#options.sha256 === undefined ? ['crc32c'] : ['crc32c', 'sha256'];
  }

  async #commit(
    upload: PartedUpload,
    { sha256, crc32c }: SentDigests,
    bytes: number,
  ): Promise<ObjectHead> {
    const { port, caller } = this.#parts;
    const { signal } = this.#options;
    const request = {
      ...this.#request(sha256),
      ...(crc32c === undefined ? {} : { crc32c }),
    };
    const head = await caller.call(
      `finish ${this.#name}`,
      signal,
      (attempt) => this.#unlessOurs(attempt, () => upload.commit(request, attempt)),
      bytes,
    );
    const arrived = head.checksums.crc32c;
    if (crc32c === undefined || arrived === undefined || arrived === crc32c) return head;
    await caller.call(`take back ${this.#name}`, signal, (attempt) =>
      port.delete(this.#name, head.generation, attempt),
    );
    throw storageError(
      'STORAGE_CORRUPT',
      `${port.address(this.#name)} arrived with crc32c ${arrived} instead of ${crc32c} and was removed again.`,
    );
  }

  #request(sha256: string | undefined): WriteRequest {
    return {
      token: this.#token,
      ...(this.#condition === undefined ? {} : { condition: this.#condition }),
      ...(sha256 === undefined ? {} : { sha256 }),
    };
  }

  async #send(
    upload: PartedUpload,
    { index, content, isLast, offset }: Part,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#parts.caller.call(
      `send part ${index} of ${this.#name}`,
      signal,
      (attempt) => this.#unlessRefused(() => upload.part(index, content, isLast, offset, attempt)),
      content.length,
    );
    this.#options.onBytes?.(content.length);
  }

  /** A failed condition of a repeated write may be the effect of the write itself. */
  async #unlessOurs(attempt: Try, act: () => Promise<ObjectHead>): Promise<ObjectHead> {
    try {
      return await act();
    } catch (error) {
      if (!isPortError(error, 'condition')) throw error;
      if (attempt.count > 1) {
        const head = await this.#parts.port.head(this.#name, attempt);
        if (head?.token === this.#token) return head;
        if (this.#condition !== undefined && 'generation' in this.#condition)
          throw this.#doubt(error);
      }
      throw this.#refusal(error);
    }
  }

  async #unlessRefused<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw isPortError(error, 'condition') ? this.#refusal(error) : error;
    }
  }

  /** This write may have replaced the generation, and somebody else this write, before its answer was lost. */
  #doubt(cause: unknown): Error {
    const address = this.#parts.port.address(this.#name);
    return storageError(
      'STORAGE_UNAVAILABLE',
      `${address} is no longer at the generation that was named, and an answer was lost: whether this write was there for a while is not known.`,
      { cause },
    );
  }

  #refusal(cause: unknown): Error {
    const condition = this.#condition;
    if (condition === undefined) return cause as Error;
    const kind = 'absent' in condition ? 'absent' : 'generation';
    return conditionFailed(this.#parts.port.address(this.#name), kind, cause);
  }

  #checkSha256(got: string): void {
    const { sha256 } = this.#options;
    if (sha256 === undefined || sha256 === got) return;
    const address = this.#parts.port.address(this.#name);
    throw storageError('STORAGE_CORRUPT', `${address} should have sha256 ${sha256}, got ${got}.`);
  }
}

function withSha256(head: ObjectHead, sha256: string): ObjectHead {
  return { ...head, checksums: { ...head.checksums, sha256 } };
}
