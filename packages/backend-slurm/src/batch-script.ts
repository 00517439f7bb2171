import { shellQuote } from '@orchestrate/ssh';
import { directives, type SbatchOptions } from './sbatch-options.ts';

/** What a batch script is made of. */
export interface BatchScript {
  /** Name of the batch, which is the key of its first job. */
  readonly name: string;
  /** Folder of the batch on the cluster. */
  readonly root: string;
  /** What its file `stamp` says: a folder that was made anew is no business of what was submitted before. */
  readonly stamp: string;
  /** Jobs in all. */
  readonly jobs: number;
  /** Jobs of one allocation. */
  readonly perAllocation: number;
  /** Jobs of one allocation that run side by side. */
  readonly lanes: number;
  /** Most allocations of the array at once. */
  readonly atOnce?: number;
  /** Seconds after which a job is ended by the script. */
  readonly timeSeconds?: number;
  /** Seconds between the polite request to end and the forced end. */
  readonly graceSeconds: number;
  readonly options: SbatchOptions;
  /** `#SBATCH` lines of the user's own script; what stands in `options` goes before them. */
  readonly directives?: readonly string[];
  /** Shell text that is run before the jobs, such as `module load`. */
  readonly setup?: string;
  /** One line for people: what this is. */
  readonly title: string;
}

/** Allocations that a batch needs. */
function allocationsOf({ jobs, perAllocation }: BatchScript): number {
  return Math.ceil(jobs / perAllocation);
}

function header(batch: BatchScript): string[] {
  const allocations = allocationsOf(batch);
  const most = batch.atOnce === undefined ? '' : `%${batch.atOnce}`;
  return directives({
    'job-name': batch.name,
    output: '/dev/null',
    ...(allocations > 1 ? { array: `0-${allocations - 1}${most}` } : {}),
    ...batch.options,
  });
}

/**
 * How a batch runs its jobs. Works with bash 4.2 and later. Beside the work itself a job needs no new process here, but for
 * its limit of time.
 *
 * - A job is claimed by creating `s/<n>`, which only one process ever can: whatever is submitted twice by mistake runs once.
 *   Only the same SLURM job, requeued, may go on with what it had claimed, by creating `s/<n>.<restart>`.
 * - Signals go on to the process group of the job. What is left of it after its end is ended too.
 */
const RUN = `
me=\${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}_\${SLURM_ARRAY_TASK_ID:-0}
restart=\${SLURM_RESTART_COUNT:-0}
signals='TERM INT USR1 USR2 HUP'
sig= child= killer= woken=
now() { if [ -n "\${EPOCHREALTIME:-}" ]; then t=\${EPOCHREALTIME/[.,]/}; t=\${t%???}; else printf -v t '%(%s)T000' -1; fi; }

stop() { # asks the job that runs to end, politely, then by force
  [ -n "$child" ] || return 0
  kill -s "$1" -- -"$child" 2>/dev/null
  [ "$1" = TERM ] || [ "$1" = INT ] || return 0
  # A job that takes no notice would hold its place until SLURM loses patience.
  [ -n "$killer" ] || { ( sleep "$grace"; kill -s KILL -- -"$child" 2>/dev/null ) >/dev/null 2>&1 & killer=$!; }
}
hear() { local s; for s in $signals; do trap "sig=$s; woken=1; stop $s" "$s"; done; }

over() { # over N: whether job N has ended in a way that is not the interruption of a requeued job
  local f
  for f in e/"$1".*; do
    case $f in "e/$1.*" | *.TERM.* | *.INT.* | *.HUP.*) ;; *) return 0 ;; esac
  done
  return 1
}

take() { # take FILE: whether this process is the one that made it
  local r
  set -C; { printf '%s %s %s\\n' "$me" "$restart" "\${SLURMD_NODENAME:-}" >"$1"; } 2>/dev/null; r=$?; set +C
  return "$r"
}

claim() { # claim N: whether this process is the one that may run job N
  local owner
  take "s/$1" && return 0
  [ "$restart" -gt 0 ] && read -r owner _ <"s/$1" && [ "$owner" = "$me" ] && ! over "$1" && take "s/$1.$restart"
}

ended() { # ended N CODE SIGNAL START END
  : >"e/$1.$restart.$2.\${3:--}.$4.$5"
}

one() { # one N: runs job N, if nobody has
  local n=$1 code start t watch=
  sig= killer=
  claim "$n" || return 0
  now; start=$t
  if [ -e "c/$n" ]; then ended "$n" 0 CANCEL "$start" "$start"; return 0; fi
  set -m; ( trap - $signals; . "jobs/$n.sh" ) & child=$!
  if [ -n "$limit" ] || [ "$each" -gt 1 ]; then watch "$n" & watch=$!; fi
  set +m
  # A signal that came before there was anything to send it to.
  [ -z "$sig" ] || stop "$sig"
  woken=1
  while [ -n "$woken" ]; do woken=; wait "$child"; code=$?; done
  [ -z "$watch" ] || kill -s KILL -- -"$watch" 2>/dev/null
  [ -z "$killer" ] || kill -s KILL "$killer" 2>/dev/null
  kill -s KILL -- -"$child" 2>/dev/null
  child=
  if [ -e "c/$n.late" ]; then sig=TIME; elif [ -e "c/$n" ]; then sig=CANCEL; fi
  now; ended "$n" "$code" "$sig" "$start" "$t"
}

watch() { # watch N: ends job N when its time is over or when that is asked for
  trap - $signals
  local left=\${limit:-}
  if [ "$each" -eq 1 ]; then sleep "$left"; : >"c/$1.late"
  else
    while [ "$left" != 0 ] && [ ! -e "c/$1" ]; do
      if [ -z "$left" ] || [ "$left" -ge 2 ]; then sleep 2; [ -z "$left" ] || left=$((left - 2)); else sleep "$left"; left=0; fi
    done
    [ -e "c/$1" ] || : >"c/$1.late"
  fi
  kill -s TERM -- -"$child" 2>/dev/null; sleep "$grace"; kill -s KILL -- -"$child" 2>/dev/null
}

lane() { # runs what nobody else of this allocation has taken
  local n
  hear
  for ((n = first; n < last; n++)); do
    one "$n"
    case $sig in TERM|INT|HUP) break ;; esac
  done
}

first=$((\${SLURM_ARRAY_TASK_ID:-0} * each))
last=$((first + each)); [ "$last" -le "$jobs" ] || last=$jobs
if [ "$lanes" -le 1 ]; then lane
else
  for ((l = 0; l < lanes; l++)); do lane & pids[l]=$!; done
  for s in $signals; do trap 'for p in "\${pids[@]}"; do kill -s '"$s"' "$p" 2>/dev/null; done' "$s"; done
  for p in "\${pids[@]}"; do while kill -0 "$p" 2>/dev/null; do wait "$p"; done; done
fi
exit 0
`;

/** The script that is submitted. @throws SSH_ARGUMENT for a folder no shell can name */
export function batchScript(batch: BatchScript): string {
  const { setup } = batch;
  return [
    '#!/bin/bash',
    // Of an option that is given twice, sbatch takes the last.
    ...(batch.directives ?? []),
    ...header(batch),
    `# Written by Orchestrate. ${batch.title.replace(/[^\x20-\x7e]/g, ' ')}`,
    `cd -- ${shellQuote(batch.root)} && read -r stamp <stamp && [ "$stamp" = ${shellQuote(batch.stamp)} ] || exit 1`,
    `jobs=${batch.jobs} each=${batch.perAllocation} lanes=${batch.lanes}`,
    `limit=${batch.timeSeconds === undefined ? '' : Math.max(1, Math.ceil(batch.timeSeconds))}`,
    `grace=${batch.graceSeconds}`,
    ...(setup === undefined ? [] : ['', setup, `cd -- ${shellQuote(batch.root)} || exit 1`]),
    RUN,
  ].join('\n');
}
