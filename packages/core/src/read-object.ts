import type { Storage } from './storage.ts';

/** The content of an object, or of a range of it, in one piece. @throws what {@link Storage.read} throws */
export async function readObject(
  storage: Pick<Storage, 'read'>,
  ...call: Parameters<Storage['read']>
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of storage.read(...call)) pieces.push(piece);
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
