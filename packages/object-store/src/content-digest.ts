import { createHash, type Hash } from 'node:crypto';
import { Crc32c } from './crc32c.ts';
import type { Checksums } from './port.ts';

/** Which digest of some content is made and compared. Ours first, then the cheaper one of the service. */
const ORDER = ['sha256', 'crc32c', 'md5'] as const;
type Kind = (typeof ORDER)[number];

/** A running digest of one kind. */
export class ContentDigest {
  readonly kind: Kind;
  readonly #hash: Hash | Crc32c;

  constructor(kind: Kind) {
    this.kind = kind;
    this.#hash = kind === 'crc32c' ? new Crc32c() : createHash(kind);
  }

  /** The digest by which content can be checked against what is known of it; `undefined` when nothing is. */
  static against(known: Checksums): ContentDigest | undefined {
    const kind = ORDER.find((one) => known[one] !== undefined);
    return kind === undefined ? undefined : new ContentDigest(kind);
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  hex(): string {
    return this.#hash instanceof Crc32c ? this.#hash.hex() : this.#hash.digest('hex');
  }
}

/** sha256 of some bytes, lower-case hex. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
