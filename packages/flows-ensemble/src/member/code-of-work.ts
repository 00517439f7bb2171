import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { relativeImports } from '@orchestrate/core';

/**
 * Digest of what files of code hold that may not be there, modules together with what they import relatively. Other content
 * of any of them gives another digest.
 * @param files absolute paths
 */
export function codeDigest(files: readonly string[]): string {
  const digest = createHash('sha256');
  const seen = new Set<string>();
  const open = [...files];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const text = textOf(file);
    digest.update(`${file}\n${text?.length ?? 'absent'}\n`).update(text ?? '');
    if (text === undefined || !/\.[cm]?[jt]s$/.test(file)) continue;
    for (const path of relativeImports(text)) open.push(importedFile(dirname(file), path));
  }
  return digest.digest('hex');
}

/** A folder, or nothing, has no text. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** TypeScript may name its neighbour as the JavaScript it becomes. */
function importedFile(folder: string, path: string): string {
  const file = join(folder, path);
  const source = file.replace(/\.([cm]?)js$/, '.$1ts');
  return !existsSync(file) && existsSync(source) ? source : file;
}
