/**
 * One word of shell text that stands for exactly this string, whatever it holds: inside single quotes nothing is special.
 * The only function that puts foreign text into shell text.
 * @throws RangeError for a NUL character, which no argument, path or variable can hold.
 */
export function shellQuote(text: string): string {
  if (text.includes('\0')) throw new RangeError('a NUL character cannot be passed to a process');
  return `'${text.replaceAll("'", "'\\''")}'`;
}
