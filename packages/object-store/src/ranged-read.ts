import { type ByteRange, isFlowError, storageError } from '@orchestrate/core';
import type { Caller } from './caller.ts';
import { ContentDigest } from './content-digest.ts';
import type { Gate } from './gate.ts';
import { PieceQueue } from './piece-queue.ts';
import type { ObjectHead, ObjectPort } from './port.ts';
import { isPortError, PortError } from './port-error.ts';

/** What reading is made of. */
export interface ReadParts {
  readonly port: ObjectPort;
  readonly caller: Caller;
  /** Bytes that are asked for at a time, to begin with. */
  readonly partBytes: number;
  /** At most, where answers take longer to begin than to arrive. */
  readonly mostPartBytes: number;
  /** Places for `partBytes` each that are fetched ahead, over all objects together. */
  readonly ahead: Gate;
  /** Of these, what one object takes. */
  readonly aheadPlaces: number;
}

type Pieces = readonly Uint8Array[];

/** A part that is fetched ahead. */
interface Ahead {
  readonly pieces: PieceQueue;
  readonly places: number;
}

/** Why parts are no longer wanted; their reader has gone. */
const GIVEN_UP = new Error('nobody reads on');

/** How often reading begins anew because the object changed. */
const STARTS = 10;

interface Span {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
}

/**
 * Reads one object, in parts of which some are fetched ahead, all of one generation. A part is taken in whether or not it is
 * handed on yet, so that a slow consumer holds no connection. Broken parts go on where they broke. Parts grow where it takes
 * longer until an answer begins than until it is there, so that more is asked for at a time of a service that is near.
 */
export class RangedRead {
  readonly #parts: ReadParts;
  readonly #name: string;
  #signal: AbortSignal | undefined;
  #head: ObjectHead | undefined;
  #partBytes: number;

  constructor(parts: ReadParts, name: string, signal: AbortSignal | undefined) {
    this.#parts = parts;
    this.#name = name;
    this.#signal = signal;
    this.#partBytes = parts.partBytes;
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
    const next = first + lengthOf(start);
    if (next > last) {
      yield* start;
      return;
    }
    const stop = new AbortController();
    this.#signal = AbortSignal.any([stop.signal, ...(this.#signal ? [this.#signal] : [])]);
    try {
      yield* this.#ahead(start, next, last);
    } finally {
      // Nobody will ask for what is still on its way.
      stop.abort(GIVEN_UP);
    }
  }

  async *#ahead(start: Pieces, from: number, last: number): AsyncGenerator<Uint8Array> {
    const queue: Ahead[] = [];
    let next = from;
    let taken = 0;
    const begin = (places: number): Ahead => {
      const end = Math.min(last, next + this.#partBytes - 1);
      const pieces = this.#fetch({ first: next, last: end }, places);
      next = end + 1;
      taken += places;
      return { pieces, places };
    };
    const fill = (): void => {
      for (let places = 1; next <= last && places > 0; ) {
        places = this.#placesAhead(taken);
        if (places > 0) queue.push(begin(places));
      }
    };
    fill();
    yield* start;
    while (queue.length > 0 || next <= last) {
      // Where all places are taken by other objects, this one goes on by itself.
      const { pieces, places } = queue.shift() ?? begin(0);
      yield* pieces.drain();
      taken -= places;
      fill();
    }
  }

  /** Places for one more part that is fetched ahead, taken; 0 when there is no room. */
  #placesAhead(taken: number): number {
    const { ahead, aheadPlaces, partBytes } = this.#parts;
    const places = Math.ceil(this.#partBytes / partBytes);
    if (taken + places > aheadPlaces) return 0;
    return ahead.tryEnter(places) ? places : 0;
  }

  /** Begins to fetch a part. What fails is told to whoever drains it. */
  #fetch(span: Span, places: number): PieceQueue {
    const queue = new PieceQueue();
    this.#part(span, (piece) => queue.put(piece))
      .then(
        () => queue.end(undefined),
        (error: unknown) => queue.end({ error }),
      )
      .finally(() => this.#parts.ahead.leave(places));
    return queue;
  }

  /** The first part; an object that changes before anything was handed on is simply read as it is then. */
  async #start(span: Span): Promise<Pieces> {
    for (let count = 1; ; count += 1) {
      try {
        const pieces: Uint8Array[] = [];
        await this.#part(span, (piece) => pieces.push(piece));
        return pieces;
      } catch (error) {
        const isChanged = isFlowError(error) && error.code === 'STORAGE_CHANGED';
        if (!isChanged || count === STARTS) throw error;
        this.#head = undefined;
      }
    }
  }

  /** One part; what has arrived is handed over at once, and never again. */
  async #part(span: Span, take: (piece: Uint8Array) => void): Promise<void> {
    const { caller } = this.#parts;
    const { clock } = caller.parts;
    const patience = caller.patience(`read ${this.#name}`, this.#signal);
    let at = span.first;
    for (;;) {
      const from = at;
      try {
        const end = await caller.once(1, this.#signal, async ({ signal, alive }) => {
          const asked = clock.monotonic();
          const { head, body } = await this.#open({ first: at, last: span.last }, signal);
          const answered = clock.monotonic();
          const last = Math.min(span.last, head.bytes - 1);
          if (span.first > last) throw new PortError('range', `it has ${head.bytes} bytes`);
          for await (const piece of body) {
            alive();
            if (piece.length === 0) continue;
            if (at + piece.length > last + 1) throw tooLong(at + piece.length - 1, last);
            take(piece);
            at += piece.length;
            patience.progress();
          }
          this.#learn(at - from, answered - asked, clock.monotonic() - answered);
          return last;
        });
        if (at > end) return;
        throw new PortError('broken', `the content ended after byte ${at - 1} instead of ${end}`);
      } catch (error) {
        await patience.after(error);
      }
    }
  }

  /** From how long it took until an answer began, and from then until it was there. */
  #learn(bytes: number, waitedMs: number, tookMs: number): void {
    if (bytes < this.#partBytes || waitedMs <= tookMs) return;
    this.#partBytes = Math.min(this.#partBytes * 2, this.#parts.mostPartBytes);
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
