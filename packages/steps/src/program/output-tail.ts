const KEPT_BYTES = 2_048;
const SHOWN_LINES = 10;

/** The last lines of an output that may be long. */
export class OutputTail {
  #bytes = Buffer.alloc(0);

  add(bytes: Buffer): void {
    const joined = Buffer.concat([this.#bytes, bytes.subarray(-KEPT_BYTES)]);
    this.#bytes = joined.subarray(-KEPT_BYTES);
  }

  get text(): string {
    return this.#bytes.toString('utf8').trim().split('\n').slice(-SHOWN_LINES).join('\n');
  }

  /** For the end of a message: nothing, or what the last lines were. */
  get quoted(): string {
    return quotedTail(this.text);
  }
}

/** For the end of a message: nothing, or what the last lines were. */
export function quotedTail(text: string): string {
  return text === '' ? ' It printed nothing.' : ` Its last lines:\n${text}`;
}
