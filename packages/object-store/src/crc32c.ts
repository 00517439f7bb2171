/** CRC-32C (Castagnoli), reflected polynomial; RFC 3720, appendix B.4. */
const POLYNOMIAL = 0x82f63b78;
const BYTES_A_STEP = 8;
const SIZE = 256;

/** Tables one after the other: entry `k * 256 + b` is the checksum of the byte `b` followed by `k` zeros. */
function makeTables(): Int32Array {
  const tables = new Int32Array(BYTES_A_STEP * SIZE);
  for (let byte = 0; byte < SIZE; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1)
      crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
    tables[byte] = crc;
  }
  for (let at = SIZE; at < tables.length; at += 1) {
    const before = tables[at - SIZE] as number;
    tables[at] = (before >>> 8) ^ (tables[before & 0xff] as number);
  }
  return tables;
}

let tables: Int32Array | undefined;

function advance(start: number, bytes: Uint8Array, t: Int32Array): number {
  let crc = start;
  let at = 0;
  const end = bytes.length - (bytes.length % BYTES_A_STEP);
  for (; at < end; at += BYTES_A_STEP) {
    crc ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    crc =
      (t[1792 + (crc & 0xff)] as number) ^
      (t[1536 + ((crc >>> 8) & 0xff)] as number) ^
      (t[1280 + ((crc >>> 16) & 0xff)] as number) ^
      (t[1024 + (crc >>> 24)] as number) ^
      (t[768 + (bytes[at + 4] as number)] as number) ^
      (t[512 + (bytes[at + 5] as number)] as number) ^
      (t[256 + (bytes[at + 6] as number)] as number) ^
      (t[bytes[at + 7] as number] as number);
  }
  for (; at < bytes.length; at += 1)
    crc = (crc >>> 8) ^ (t[(crc ^ (bytes[at] as number)) & 0xff] as number);
  return crc;
}

/** A running CRC-32C, eight bytes at a step. */
export class Crc32c {
  #crc = -1;

  update(bytes: Uint8Array): this {
    tables ??= makeTables();
    this.#crc = advance(this.#crc, bytes, tables);
    return this;
  }

  /** Eight lower-case hex digits. */
  hex(): string {
    return (~this.#crc >>> 0).toString(16).padStart(8, '0');
  }
}

/** CRC-32C of some bytes, eight lower-case hex digits. */
export function crc32c(bytes: Uint8Array): string {
  return new Crc32c().update(bytes).hex();
}
