/**
 * Resolves references at the last moment. Every value given out for a secret is remembered, so that {@link References.redact}
 * can take it out of whatever is about to leave the process.
 */
export interface References {
  /** Replaces `${env:NAME}` and `${secret:NAME}` in a text. @throws REFERENCE_UNRESOLVED naming the reference, never a value */
  resolve(text: string): string;
  /** {@link References.resolve} through a whole JSON-like value. */
  resolveDeep<T>(value: T): T;
  /** Whether a text holds a secret reference. */
  hasSecret(text: string): boolean;
  /** Replaces every known secret value (and its base64, URL-encoded, JSON-escaped and shell-quoted forms) by `***`. */
  redact(text: string): string;
  /** {@link References.redact} over bytes of a stream, also across the borders of pieces. */
  redactStream(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** The values to look for, longest first. Handle with care: only for sinks. */
  readonly secretValues: readonly string[];
}
