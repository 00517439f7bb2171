import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { JobSpec } from '@orchestrate/core';

/** As far as directives are looked for; they stand at the top. */
const HEAD_BYTES = 64 * 1024;
/** Words of a command that may name a script. */
const MOST_WORDS = 64;

/** What is ours, by long and short name: identity, place and output of a job are how it is found again. */
const OURS =
  /^(?:--(?:array|chdir|error|input|job-name|output|open-mode|parsable|quiet|test-only|wait|wrap)\b|-[aDeiJoQW](?:[^a-z-]|$))/;

/**
 * The `#SBATCH` lines of a script that count for sbatch: those before its first command (sbatch(1)). Lines about what is ours
 * are left out.
 */
export function directivesOf(text: string): string[] {
  const lines: string[] = [];
  if (!text.startsWith('#!')) return lines;
  for (const line of text.split('\n')) {
    if (line.startsWith('#SBATCH')) {
      const options = line.slice('#SBATCH'.length).trim();
      if (!OURS.test(options)) lines.push(line.trimEnd());
    } else if (line.trim() !== '' && !line.startsWith('#')) break;
  }
  return lines;
}

function headOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(HEAD_BYTES);
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
}

function wordsOf(work: JobSpec['work']): readonly string[] {
  if (work.kind === 'functions') return [];
  const text = work.kind === 'shell' ? work.script : work.argv.join('\n');
  return [...new Set(text.match(/[\w@%+=:,./-]+/g))].slice(0, MOST_WORDS);
}

/**
 * Directives of the script that a job runs: the first file of its own directory that the command names and that has some. So a
 * script written for sbatch gets what it asks for, without being changed.
 */
export function directivesFor({ work, directory }: JobSpec): readonly string[] {
  for (const word of wordsOf(work)) {
    if (word.startsWith('/') || word.startsWith('-') || word.split('/').includes('..')) continue;
    try {
      const path = join(directory, word);
      if (
        !statSync(path).isFile() ||
        !realpathSync(path).startsWith(realpathSync(directory) + sep)
      ) {
        continue;
      }
      const lines = directivesOf(headOf(path));
      if (lines.length > 0) return lines;
    } catch {
      // Most words are no files.
    }
  }
  return [];
}
