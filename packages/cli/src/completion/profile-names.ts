/**
 * Names of the profiles in the text of a project file, for completion only: tolerant of a file that is just being written,
 * and without loading anything. Finds what is written in block style.
 */
export function profileNames(text: string): string[] {
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) => /^profiles:\s*(#.*)?$/.test(line));
  if (start < 0) return [];
  const names: string[] = [];
  let depth: number | undefined;
  for (const line of lines.slice(start + 1)) {
    if (/^\s*(#.*)?$/.test(line)) continue;
    const indent = line.length - line.trimStart().length;
    if (indent === 0) break;
    depth ??= indent;
    const name =
      indent === depth ? /^\s*["']?([A-Za-z][\w-]*)["']?\s*:/.exec(line)?.[1] : undefined;
    if (name !== undefined) names.push(name);
  }
  return names;
}
