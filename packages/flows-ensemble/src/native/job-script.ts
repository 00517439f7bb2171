import { compileTemplate } from '@orchestrate/core';
import type { NativeConfig } from '../config/native-config.ts';

/** Exit code of a member that is given up because it got no further. EX_NOPERM and above are not used by shells. */
export const NO_PROGRESS_CODE = 79;
/** Exit code of a job that ended well while the success probe says that the member is not finished (EX_TEMPFAIL). */
export const UNFINISHED_CODE = 75;

/** File in the directory of a member that remembers how far it was when its last attempt began. */
const PROGRESS_FILE = '.orchestrate-progress';

/**
 * File in the directory of a member that is there while the success probe says yes to what was there before the first
 * attempt, as in an extension: then it is no evidence, and the job has to end well as well.
 */
const STALE_FILE = '.orchestrate-stale';

const PATTERN = /^[A-Za-z0-9_.,=+@%/*?[\]-]+$/;

/** A command as shell text: words are quoted, expressions in them are left to the engine, which quotes their values. */
export function shellText(command: string | readonly unknown[]): string {
  if (typeof command === 'string') return command.trimEnd();
  return command.map((word) => quotedWord(String(word))).join(' ');
}

function quotedWord(word: string): string {
  const { spans, literals, text } = compileTemplate(word);
  const quote = (literal: string): string =>
    literal === '' ? '' : `'${literal.replaceAll("'", "'\\''")}'`;
  if (spans.length === 0) return quote(literals[0] ?? '') || "''";
  let at = 0;
  let quoted = '';
  for (const [start, end] of spans) {
    quoted += quote(text.slice(at, start)) + text.slice(start, end);
    at = end;
  }
  return quoted + quote(text.slice(at));
}

/** A part with its own `set -e`, whose exit code ends up in `code`; inside a condition bash would ignore `-e`. */
function judged(text: string, redirect = ''): string[] {
  return ['set +e', '(', 'set -euo pipefail', text, `)${redirect}`, 'code=$?', 'set -e'];
}

function progressText(progress: NonNullable<NativeConfig['progress']>): string {
  if (progress.run !== undefined) return shellText(progress.run);
  const patterns = progress.files ?? [];
  // Patterns are checked to hold nothing that means anything else to a shell.
  return `shopt -s nullglob; files=(${patterns.join(' ')}); [ "\${#files[@]}" -eq 0 ] || cksum -- "\${files[@]}"`;
}

/** Patterns that may not stand in a script as they are. */
export function unfitPatterns(patterns: readonly string[]): readonly string[] {
  return patterns.filter((pattern) => !PATTERN.test(pattern) || pattern.startsWith('-'));
}

function progressLines(progress: NonNullable<NativeConfig['progress']>): string[] {
  return [
    'idle=0',
    'progress_now() (',
    'set +e',
    progressText(progress),
    // What is not there yet is no failure.
    'true',
    ')',
    'now=$(progress_now 2> /dev/null | cksum)',
    `if [ "$attempt" -gt 1 ] && [ -f ${PROGRESS_FILE} ]; then`,
    `  read -r idle before < ${PROGRESS_FILE}`,
    '  if [ "$before" = "$now" ]; then idle=$((idle + 1)); else idle=0; fi',
    `  if [ "$idle" -ge ${progress.patience} ]; then`,
    '    echo "no progress in attempt $((attempt - 1)): given up" >&2',
    `    exit ${NO_PROGRESS_CODE}`,
    '  fi',
    'fi',
    `printf '%s %s\\n' "$idle" "$now" > ${PROGRESS_FILE}.new`,
    `mv ${PROGRESS_FILE}.new ${PROGRESS_FILE}`,
  ];
}

/** The work of a job file: started directly where it may be executed, by bash otherwise. */
function jobFileText(file: string): string {
  const path = `'./${file.replaceAll("'", "'\\''")}'`;
  return `if [ -x ${path} ]; then ${path}; else bash ${path}; fi`;
}

/**
 * The shell text of a member's job: asks the probe before a repeated attempt, gives up without progress, does the work,
 * and lets the probe decide in the end. `undefined` when the work alone says it all.
 */
export function jobScript({ job, run, success, progress }: NativeConfig): string | undefined {
  const work = job === undefined ? shellText(run ?? '') : jobFileText(job);
  if (success === undefined && progress === undefined) return job === undefined ? undefined : work;
  const probe = success === undefined ? undefined : shellText(success);
  const lines = ['attempt={{ attempt }}'];
  if (probe !== undefined) {
    lines.push(
      ...judged(probe, ' > /dev/null 2>&1'),
      'if [ "$attempt" -le 1 ]; then',
      `  if [ "$code" -eq 0 ]; then : > ${STALE_FILE}; else rm -f ${STALE_FILE}; fi`,
      `elif [ "$code" -eq 0 ] && [ ! -e ${STALE_FILE} ]; then`,
      '  echo "finished already, says the success probe"; exit 0',
      'fi',
    );
  }
  if (progress !== undefined) lines.push(...progressLines(progress));
  lines.push(...judged(work));
  if (probe === undefined) lines.push('exit "$code"');
  else {
    lines.push(
      'job=$code',
      ...judged(probe),
      `if [ "$code" -eq 0 ] && { [ "$job" -eq 0 ] || [ ! -e ${STALE_FILE} ]; }; then`,
      `  rm -f ${STALE_FILE}; exit 0`,
      'fi',
      'if [ "$job" -ne 0 ]; then exit "$job"; fi',
      'echo "the job ended well, but the success probe says that the member is not finished" >&2',
      `exit ${UNFINISHED_CODE}`,
    );
  }
  return lines.join('\n');
}
