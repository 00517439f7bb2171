/** Script of a pod that does nothing until it is told to end, which it does at once. */
export const WAIT = 'trap "exit 0" TERM; while :; do sleep 3600 & wait $!; done';

/**
 * Leads, with what the leader says going where the project is, whoever looks at its pod. A successor goes on: the wish to begin
 * anew was that of the first one.
 */
const LEAD = `cd -- "$1" && log=$2 mark=$3 && shift 3 || exit 2
if [ -e "$mark" ]; then
  left=$#
  while [ "$left" -gt 0 ]; do
    case $1 in --fresh | --abandon) ;; *) set -- "$@" "$1" ;; esac
    shift
    left=$((left - 1))
  done
fi
: >"$mark" && exec "$@" >>"$log" 2>&1`;

/** Files of a leader. */
export interface LeadPlaces {
  readonly cwd: string;
  /** What it says is added to it. */
  readonly log: string;
  /** Is there once a pod of its Job has begun. */
  readonly mark: string;
}

/** Words that start a leader, or its successor. */
export function leadWords({ cwd, log, mark }: LeadPlaces, argv: readonly string[]): string[] {
  return ['/bin/sh', '-c', LEAD, 'sh', cwd, log, mark, ...argv];
}
