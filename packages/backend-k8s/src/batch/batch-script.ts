import { type JobSpec, quoteWord } from '@orchestrate/core';
import { type Batch, podOf } from './batch-plan.ts';

function wordsOf(work: JobSpec['work']): readonly string[] {
  if (work.kind === 'command') return work.argv;
  if (work.kind === 'functions') throw new Error('function tasks have packs of their own');
  const strict = work.shell === 'bash' ? ['-euo', 'pipefail'] : ['-eu'];
  return [work.shell, ...strict, '-c', work.script];
}

/**
 * What one pod of a batch does: its jobs one after another, each with its own folder, log and time limit. Of each it writes
 * `POSITION s` when it starts and `POSITION CODE` when it has ended to a file that nobody else writes, and `POSITION c` of one that was
 * cancelled before. Everything is done by the shell itself but the jobs, so that a batch costs no process beside theirs.
 */
export function podScript(batch: Batch, pod: number, folder: string, graceSeconds: number): string {
  const lines = batch.jobs.flatMap((job, position) => {
    if (podOf(position, batch.pods) !== pod) return [];
    const seconds = Math.max(1, Math.ceil(job.resources.timeSeconds ?? 0));
    const words = [position, job.directory, job.logPath, seconds, ...wordsOf(job.work)];
    return [`job ${words.map((word) => quoteWord(String(word))).join(' ')}`];
  });
  return `set -u
cd ${quoteWord(folder)} || exit 1
R=results/${pod}
F=$PWD
T=
if timeout -k 1 5 true 2>/dev/null; then T='timeout -k ${Math.max(1, graceSeconds)}'; fi
job() {
  n=$1 d=$2 l=$3 t=$4
  shift 4
  if [ -e "cancel/$n" ]; then echo "$n c" >> "$R"; return; fi
  echo "$n s" >> "$R"
  if [ -n "$T" ]; then (cd "$d" && exec $T "$t" "$@"); else (cd "$d" && exec "$@"); fi > "$l" 2>&1 < /dev/null
  echo "$n $?" >> "$R"
}
${lines.join('\n')}
`;
}
