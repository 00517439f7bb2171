const encoder = new TextEncoder();
const MAX_KEY_BYTES = 1024;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * Why a text cannot be the key of an object, or `undefined` when it can. The rules are those of {@link Storage}; a store
 * may refuse more (a longer segment than its medium takes, names it keeps for itself), never less.
 */
export function storageKeyProblem(key: string): string | undefined {
  if (key === '') return 'it is empty';
  if (!key.isWellFormed()) return 'it is not well-formed Unicode';
  if (key.length * 3 > MAX_KEY_BYTES && encoder.encode(key).length > MAX_KEY_BYTES)
    return `it is longer than ${MAX_KEY_BYTES} bytes`;
  if (CONTROL.test(key)) return 'it holds a control character';
  if (key.startsWith('/')) return 'it starts with /';
  if (key.endsWith('/')) return 'it ends with /';
  if (key.includes('//')) return 'it has an empty segment';
  if (/(?:^|\/)\.{1,2}(?:\/|$)/.test(key)) return 'it has a segment . or ..';
  return undefined;
}

function rank(unit: number): number {
  // Surrogates stand for code points above U+FFFF, so they come after U+E000 to U+FFFF.
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}

/** Order of two texts by their UTF-8 bytes, which is the order of listings: negative, 0 or positive. */
export function compareUtf8(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}
