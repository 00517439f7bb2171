import { ContentDigest } from './content-digest.ts';
import type { Gate } from './gate.ts';
import type { Part } from './part-source.ts';

/** Digests of all that was sent, as far as they were asked for. */
export interface SentDigests {
  readonly sha256?: string;
  readonly crc32c?: string;
}

/** How parts are sent. */
export interface Sending {
  /** Whether several parts may be on their way. */
  readonly parallel: boolean;
  readonly digests: readonly (keyof SentDigests)[];
  /** Places for parts on their way, over all objects together. */
  readonly gate: Gate;
  /** The signal aborts when another part has failed. */
  send(part: Part, signal: AbortSignal): Promise<void>;
  readonly signal: AbortSignal | undefined;
  /** Called before the last part is sent; what it throws keeps the object from appearing. */
  beforeLast(digests: SentDigests): void;
}

/**
 * Sends all parts, digesting them in order. The first failure stops the rest. The buffer of the last part is its
 * caller's to release: some services publish with it.
 */
export async function sendParts(
  content: Iterable<Part> | AsyncIterable<Part>,
  { parallel, digests: wanted, gate, send, beforeLast, signal: outer }: Sending,
): Promise<{ readonly digests: SentDigests; readonly last: Part | undefined }> {
  const running = wanted.map((kind) => new ContentDigest(kind));
  const onTheWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const stop = new AbortController();
  const signal = outer === undefined ? stop.signal : AbortSignal.any([outer, stop.signal]);
  let digests: SentDigests = {};
  let last: Part | undefined;

  const start = (part: Part): Promise<void> => {
    const sending = send(part, signal)
      .catch((error: unknown) => {
        failures.push(error);
        stop.abort();
      })
      .finally(() => {
        gate.leave();
        onTheWay.delete(sending);
        if (!part.isLast) part.release();
      });
    onTheWay.add(sending);
    return sending;
  };

  try {
    for await (const part of content) {
      for (const digest of running) digest.update(part.content);
      if (part.isLast) {
        last = part;
        digests = Object.fromEntries(running.map((digest) => [digest.kind, digest.hex()]));
        beforeLast(digests);
      }
      // The next part is read and digested while this one is on its way.
      if (!parallel) await Promise.all(onTheWay);
      await gate.enter();
      void start(part);
      if (failures.length > 0) throw failures[0];
    }
    await Promise.all(onTheWay);
    if (failures.length > 0) throw failures[0];
    return { digests, last };
  } catch (error) {
    stop.abort();
    await Promise.all(onTheWay);
    last?.release();
    throw error;
  }
}
