const KEYWORDS = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
);

/** Why a key cannot be an attribute of `run`, which is a named tuple of Python; `undefined` when it can. */
export function nameComplaint(name: string): string | undefined {
  if (name.startsWith('_')) return 'a name may not begin with `_`';
  if (KEYWORDS.has(name)) return `\`${name}\` is a word of the Python language`;
  if (/^[\p{ID_Start}][\p{ID_Continue}]*$/u.test(name)) return undefined;
  return 'a name has letters, digits and `_` only, and begins with a letter';
}
