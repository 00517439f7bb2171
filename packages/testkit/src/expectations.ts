import { AssertionError, deepStrictEqual, ok } from 'node:assert/strict';
import { isFlowError } from '@orchestrate/core';

/** Everything an iterable gives, joined. */
export async function bytesOf(content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Everything an iterable gives, as UTF-8 text. */
export async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  return new TextDecoder().decode(await bytesOf(content));
}

/** A text as bytes. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Content in pieces, as a stream gives it. */
export async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(bytes(text));
}

/** The error a call rejects with. Fails when it does not reject. */
export async function rejection(call: Promise<unknown>, what = 'the call'): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new AssertionError({ message: `${what} should have been refused, but succeeded` });
}

/** Fails unless the call rejects with a `FlowError` of this code that says what to do next. */
export async function rejectsWith(call: Promise<unknown>, code: string): Promise<void> {
  hasCode(await rejection(call, `a call that must fail with ${code}`), code);
}

/** Fails unless an error is a `FlowError` of this code that says what to do next. */
export function hasCode(error: unknown, code: string): void {
  ok(isFlowError(error), `expected a FlowError with code ${code}, got: ${String(error)}`);
  deepStrictEqual(error.code, code, `expected ${code}, got ${error.code}: ${error.message}`);
  ok(error.message !== '', `${code} has no message`);
  ok(error.hint !== '', `${code} has no hint`);
}

/** A door that stays shut until it is opened; for holding a stream at a certain point. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

/** Makes a shut {@link Gate}. */
export function gate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: () => resolve() };
}

/** How many of the calls succeeded, and the errors of the others. */
export async function settle<T>(
  calls: readonly Promise<T>[],
): Promise<{ readonly values: readonly T[]; readonly errors: readonly unknown[] }> {
  const results = await Promise.allSettled(calls);
  return {
    values: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    errors: results.flatMap((result): unknown[] =>
      result.status === 'rejected' ? [result.reason] : [],
    ),
  };
}
