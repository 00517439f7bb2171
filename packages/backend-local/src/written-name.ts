import type { JobSpec } from '@orchestrate/core';

/** What a POSIX shell, bash, ksh or zsh does by itself under names that may be programs too. */
const BUILTINS = new Set(
  `alias bg bind break builtin caller case cd chdir command compgen complete compopt continue coproc declare dirs disown do
   done echo elif else enable esac eval exec exit export false fc fg fi for function getopts hash help history if in jobs kill
   let local logout mapfile newgrp noglob popd print printf pushd pwd read readarray readonly repeat return select set shift
   shopt sleep source stop suspend test then time times trap true type typeset ulimit umask unalias unset until wait whence
   which while`.split(/\s+/),
);
const PLAIN = /^[A-Za-z0-9_+][A-Za-z0-9_.+-]*$/;
const PLAIN_PATH = /^[A-Za-z0-9_./+-]*\/[A-Za-z0-9_./+-]*$/;

/**
 * The program of a job as its author wrote it, where the shell of the keeper is sure to start the same file under that name;
 * what the program says of itself then begins with it. `undefined` where only the absolute path is safe: for what a shell
 * does by itself, for names a shell could read otherwise, and for jobs with a search path of their own.
 */
export function writtenName(job: JobSpec, name: string, searchPath?: string): string | undefined {
  if (name.includes('/')) return PLAIN_PATH.test(name) && !name.startsWith('-') ? name : undefined;
  if (searchPath === undefined || job.environment['PATH'] !== undefined) return undefined;
  return PLAIN.test(name) && !BUILTINS.has(name) ? name : undefined;
}
