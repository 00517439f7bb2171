import { type ByteRange, isFlowError, storageError } from '@orchestrate/core';
import type { Caller } from './caller.ts';
import { ContentDigest } from './content-digest.ts';
import type { Gate } from './gate.ts';
import type { ObjectHead, ObjectPort } from './port.ts';
import { isPortError, PortError } from './port-error.ts';

/** What reading is made of. */
export interface ReadParts {
  readonly port: ObjectPort;
  readonly caller: Caller;
  /** Bytes that are asked for at a time. */
  readonly partBytes: number;
  /** Places for parts that are fetched ahead, over all objects together. */
  readonly ahead: Gate;
  readonly aheadPlaces: number;
}

type Pieces = readonly Uint8Array[];

/** A part that is fetched ahead. */
interface Ahead {
  readonly first: number;
  readonly pieces: Promise<Pieces>;
}

/** How often reading begins anew because the object changed. */
const STARTS = 10;

interface Span {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
}

/**
 * Reads one object, in parts of which some are fetched ahead, all of one generation. A part is taken in whole before it is
 * handed on, so that a slow consumer holds no connection. Broken parts go on where they broke.
 */
export class RangedRead {
  readonly #parts: ReadParts;
  readonly #name: string;
  readonly #signal: AbortSignal | undefined;
  #head: ObjectHead | undefined;

  constructor(parts: ReadParts, name: string, signal: AbortSignal | undefined) {
    this.#parts = parts;
    this.#name = name;
    this.#signal = signal;
  }

  /** What is known of the object once the first piece is there. */
  get head(): ObjectHead | undefined {
    return this.#head;
  }

  /** @throws PortError, STORAGE_RANGE, STORAGE_CHANGED, STORAGE_CORRUPT */
  async *content(range: ByteRange | undefined): AsyncGenerator<Uint8Array> {
    const { partBytes } = this.#parts;
    const first = range?.first ?? 0;
    const wanted = range?.last ?? Number.MAX_SAFE_INTEGER;
    this.#checkRange(first, wanted);
    const span = { first, last: Math.min(wanted, first + partBytes - 1) };
    const start = await this.#start(span).catch((error: unknown) => this.#emptyOr(error, range));
    const head = this.#head;
    if (head === undefined) return;
    const last = Math.min(wanted, head.bytes - 1);
    const digest = range === undefined ? ContentDigest.against(head.checksums) : undefined;
    for await (const piece of this.#rest(start, first, last)) {
      digest?.update(piece);
      yield piece;
    }
    this.#check(head, digest);
  }

  #check({ checksums }: ObjectHead, digest: ContentDigest | undefined): void {
    const got = digest?.hex();
    const expected = digest === undefined ? undefined : checksums[digest.kind];
    if (got === expected) return;
    const address = this.#parts.port.address(this.#name);
    throw storageError(
      'STORAGE_CORRUPT',
      `${address} should have ${digest?.kind} ${expected}, got ${got}.`,
    );
  }

  #checkRange(first: number, last: number): void {
    if (Number.isInteger(first) && first >= 0 && Number.isInteger(last) && last >= first) return;
    throw storageError('STORAGE_RANGE', `Bytes ${first} to ${last} are no range.`);
  }

  /** An empty object has no first byte, so that even a read of the whole lies beyond its end. */
  async #emptyOr(error: unknown, range: ByteRange | undefined): Promise<Pieces> {
    if (range !== undefined || !isPortError(error, 'range')) throw error;
    const { caller, port } = this.#parts;
    const head = await caller.call('look', this.#signal, ({ signal }) =>
      port.head(this.#name, { signal }),
    );
    if (head === undefined) throw new PortError('missing', 'it is gone');
    if (head.bytes > 0) throw this.#changed(error);
    this.#head = head;
    return [];
  }

  async *#rest(start: Pieces, first: number, last: number): AsyncGenerator<Uint8Array> {
    const queue: Ahead[] = [];
    let next = first + lengthOf(start);
    const fill = (): void => {
      const { ahead, aheadPlaces } = this.#parts;
      while (next <= last && queue.length < aheadPlaces && ahead.tryEnter()) {
        queue.push(this.#ahead(next, last));
        next += this.#parts.partBytes;
      }
    };
    try {
      fill();
      yield* start;
      while (queue.length > 0 || next <= last) {
        const part = queue.shift();
        let pieces: Pieces;
        if (part === undefined) {
          // All places are taken by other objects; this one goes on by itself.
          const end = Math.min(last, next + this.#parts.partBytes - 1);
          pieces = await this.#part({ first: next, last: end });
          next = end + 1;
        } else pieces = await part.pieces;
        fill();
        yield* pieces;
      }
    } finally {
      // Nobody will ask for what is still on its way.
      for (const { pieces } of queue) pieces.catch(() => undefined);
    }
  }

  #ahead(first: number, last: number): Ahead {
    const { partBytes, ahead } = this.#parts;
    const pieces = this.#part({ first, last: Math.min(last, first + partBytes - 1) }).finally(() =>
      ahead.leave(),
    );
    // Looked at when its turn comes; until then a failure is nobody's.
    pieces.catch(() => undefined);
    return { first, pieces };
  }

  /** The first part; an object that changes before anything was handed on is simply read as it is then. */
  async #start(span: Span): Promise<Pieces> {
    for (let count = 1; ; count += 1) {
      try {
        return await this.#part(span);
      } catch (error) {
        const isChanged = isFlowError(error) && error.code === 'STORAGE_CHANGED';
        if (!isChanged || count === STARTS) throw error;
        this.#head = undefined;
      }
    }
  }

  /** One part, whole. */
  async #part(span: Span): Promise<Pieces> {
    const { caller } = this.#parts;
    const patience = caller.patience(`read ${this.#name}`, this.#signal);
    const pieces: Uint8Array[] = [];
    let at = span.first;
    for (;;) {
      try {
        const end = await caller.once(1, this.#signal, async ({ signal, alive }) => {
          const { head, body } = await this.#open({ first: at, last: span.last }, signal);
          const last = Math.min(span.last, head.bytes - 1);
          if (span.first > last) throw new PortError('range', `it has ${head.bytes} bytes`);
          for await (const piece of body) {
            alive();
            if (piece.length === 0) continue;
            if (at + piece.length > last + 1) throw tooLong(at + piece.length - 1, last);
            pieces.push(piece);
            at += piece.length;
            patience.progress();
          }
          return last;
        });
        if (at > end) return pieces;
        throw new PortError('broken', `the content ended after byte ${at - 1} instead of ${end}`);
      } catch (error) {
        await patience.after(error);
      }
    }
  }

  async #open(
    span: Span,
    signal: AbortSignal,
  ): Promise<{ readonly head: ObjectHead; readonly body: AsyncIterable<Uint8Array> }> {
    const known = this.#head;
    const { port } = this.#parts;
    try {
      const download = await port.get(this.#name, span, known?.generation, { signal });
      if (known !== undefined && download.head.generation !== known.generation) {
        throw this.#changed(undefined);
      }
      this.#head ??= download.head;
      return download;
    } catch (error) {
      // An object that was there and is not, or whose end has moved, has been changed.
      if (known !== undefined && isPortError(error, 'condition', 'missing', 'range'))
        throw this.#changed(error);
      throw error;
    }
  }

  #changed(cause: unknown): Error {
    const address = this.#parts.port.address(this.#name);
    return storageError('STORAGE_CHANGED', `${address} was changed while it was read.`, { cause });
  }
}

function lengthOf(pieces: Pieces): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

function tooLong(got: number, last: number): PortError {
  return new PortError('broken', `the content goes on to byte ${got}, beyond ${last}`);
}
