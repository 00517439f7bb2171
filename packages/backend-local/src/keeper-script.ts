/**
 * What a command keeper reads before its first job; POSIX shell. Variables `orch_*` are set ahead of it by
 * {@link keeperPreamble}. Traps that do nothing (rather than ignored signals) let the keeper survive a signal to its group
 * while its jobs start with default dispositions.
 *
 * - `orch_a TEXT` appends one record, whole; it goes on trying while the disk is full, and gives up once the folder is gone.
 * - `orch_r TEXT` does so, then nudges the leader. A start is not worth a nudge: most jobs are over before it is heard.
 * - `orch_b KEY DIRECTORY [SECONDS [PROGRAM]]` records the start, unless the keeper was told to stop or the directory is not
 *   there. `PROGRAM kill KEY` ends the container of the job, which is no child of the keeper.
 * - `orch_e KEY STATUS` records the end.
 * - `orch_p FILE` tells whether the system itself can start a file: a script whose first line names a program that is there.
 * - `orch_watch` starts the watchdog, which ends an overdue job also when no leader is there. It counts whole seconds and
 *   comes two seconds late, so that a living leader, which is exact, is always first.
 */
const FUNCTIONS = `
orch_a() {
  orch_t=0
  until printf '\\n%s.\\n' "$1" >>"$orch_R"; do
    [ -d "$orch_D" ] && [ $orch_t -lt 600 ] || exit 1
    orch_t=$((orch_t + 1)); sleep 1
  done
}
orch_r() {
  orch_a "$1"
  echo
}
orch_watch() {
  (
    trap '' TERM INT HUP QUIT PIPE; exec </dev/null >/dev/null; orch_p=; orch_n=0
    while sleep 1 && kill -0 $$; do
      orch_k=; orch_l=; orch_x=; read orch_k orch_l orch_x <"$orch_W"
      if [ -z "$orch_k" ]; then orch_p=; continue; fi
      if [ "$orch_k" != "$orch_p" ]; then orch_p=$orch_k; orch_n=0; fi
      orch_n=$((orch_n + 1))
      if [ $orch_n -ge $orch_l ]; then
        printf '\\nx %s timeout.\\n' "$orch_k" >>"$orch_R"
        kill -s TERM -- -$$; sleep "$orch_G"
        [ -z "$orch_x" ] || "$orch_x" kill "$orch_k"
        kill -s KILL -- -$$
      fi
    done
  ) & orch_w=$!
  orch_r "w $orch_w"
}
orch_b() {
  if [ -e "$orch_S" ]; then orch_r "r $1"; return 1; fi
  if ! cd "$2"; then orch_r "d $1"; return 1; fi
  if [ -n "$3" ]; then echo "$1 $3 $4" >"$orch_W"; [ -n "$orch_w" ] || orch_watch; fi
  orch_a "s $1"
  orch_c=log
}
orch_p() {
  [ -f "$1" ] && [ -x "$1" ] && IFS= read -r orch_h <"$1" || return 1
  case $orch_h in '#!'*) ;; *) return 1 ;; esac
  [ \${#orch_h} -lt 120 ] || return 1
  orch_h=\${orch_h#??}; orch_h=\${orch_h# }; orch_h=\${orch_h%% *}
  case $orch_h in /*) [ -f "$orch_h" ] && [ -x "$orch_h" ] ;; *) return 1 ;; esac
}
orch_e() {
  [ -z "$orch_w" ] || : >"$orch_W"
  orch_r "e $1 $2"
}
`;

/** Paths a command keeper is told of; all absolute. */
export interface KeeperPaths {
  readonly directory: string;
  readonly records: string;
  readonly stop: string;
  readonly watch: string;
  /** Takes what a function worker prints past the captured streams. */
  readonly output: string;
}

/** The first text a command keeper reads. */
export function keeperPreamble(
  paths: KeeperPaths,
  graceSeconds: number,
  quote: (text: string) => string,
): string {
  const names = 'orch_R orch_S orch_W orch_D orch_G orch_w orch_c orch_t orch_h CDPATH';
  return [
    `unset ${names}`,
    'trap : TERM INT HUP QUIT PIPE USR1 USR2',
    `orch_R=${quote(paths.records)}; orch_S=${quote(paths.stop)}; orch_W=${quote(paths.watch)}`,
    `orch_D=${quote(paths.directory)}; orch_G=${Math.max(1, Math.ceil(graceSeconds))}`,
    FUNCTIONS,
  ].join('\n');
}
