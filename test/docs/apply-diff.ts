/** Applies a `diff` block without line numbers: its unchanged and removed lines stand together, once, in the text. */
export function applyDiff(text: string, diff: string): string {
  const lines = diff.replace(/\n$/, '').split('\n');
  const before = lines.filter((line) => !line.startsWith('+')).map((line) => `${line.slice(1)}\n`);
  const after = lines.filter((line) => !line.startsWith('-')).map((line) => `${line.slice(1)}\n`);
  const parts = text.split(before.join(''));
  if (parts.length !== 2) throw new Error(`stands ${parts.length - 1} times in the file:\n${diff}`);
  return parts.join(after.join(''));
}
