import { PyException } from './py-exception.ts';

/** Longest text or output that a template may make, in UTF-16 units. */
export const MAX_TEXT = 256 * 1024 * 1024;

/** Most items that a template may ask for in one list or range. */
const MAX_ITEMS = 10_000_000;

/** Largest integer that `**` may make, in bits; Python would go on until the memory is full. */
const MAX_INTEGER_BITS = 1_000_000;

function refuse(message: string): never {
  throw new PyException('LimitExceeded', message);
}

export function checkText(length: number): void {
  if (length > MAX_TEXT) refuse(`a text of ${length} characters; at most ${MAX_TEXT} are allowed`);
}

export function checkItems(count: number | bigint): void {
  if (count > MAX_ITEMS) refuse(`${count} items; at most ${MAX_ITEMS} are allowed`);
}

export function checkIntegerBits(bits: number): void {
  if (bits > MAX_INTEGER_BITS)
    refuse(`an integer of about ${bits} bits; at most ${MAX_INTEGER_BITS} are allowed`);
}
