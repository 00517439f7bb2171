import type { CommandWork } from '@orchestrate/core';

/**
 * What a case wants a job to do. The suite says it in these words, so that a backend that does not run programs (a
 * scripted one) can act it too. Paths are absolute; they are used only where backend and leader share files.
 */
export type Act =
  | { readonly do: 'succeed' }
  | { readonly do: 'exit'; readonly code: number }
  /** Ends itself by SIGABRT. */
  | { readonly do: 'abort' }
  /** Runs a program that does not exist. */
  | { readonly do: 'missing-program' }
  /** Adds one line to a file. */
  | { readonly do: 'append'; readonly file: string; readonly line: string }
  /** `times` lines `<out> <n>` on standard output, each followed by `<errors> <n>` on standard error if given. */
  | {
      readonly do: 'print';
      readonly out: string;
      readonly errors?: string;
      readonly times: number;
    }
  /** Prints `first`, waits for a file, prints `second`. */
  | {
      readonly do: 'print-around';
      readonly first: string;
      readonly until: string;
      readonly second: string;
    }
  /** Adds the line `started` to a file, then waits until another one is there. */
  | { readonly do: 'wait'; readonly started: string; readonly until: string }
  /** Does nothing for longer than any test lasts. */
  | { readonly do: 'sleep' }
  /** Makes a file, then ignores SIGTERM and goes on until killed. */
  | { readonly do: 'ignore-term'; readonly started: string }
  /** Starts another process that adds to a file all the time, and waits for it; both go on until ended. */
  | { readonly do: 'spawn'; readonly alive: string }
  /** Holds so many bytes of memory until ended. */
  | { readonly do: 'fill-memory'; readonly bytes: number }
  /** Writes the values of environment variables to a file, each ended by a NUL; `<unset>` for one that is missing. */
  | { readonly do: 'show-environment'; readonly names: readonly string[]; readonly file: string }
  /** Writes its arguments to a file, each ended by a NUL. */
  | { readonly do: 'show-arguments'; readonly values: readonly string[]; readonly file: string }
  /** Writes its working directory to a file. */
  | { readonly do: 'show-directory'; readonly file: string }
  /** Reads standard input to its end, then succeeds. */
  | { readonly do: 'read-input' };

/** Turns an act into work. */
export type RenderAct = (act: Act) => CommandWork;

const APPEND = 'printf \'%s\\n\' "$2" >> "$1"';

function print({ errors, times }: Extract<Act, { do: 'print' }>): string {
  const second = errors === undefined ? '' : `printf '%s %s\\n' "$2" "$n" >&2;`;
  return `n=1; while [ "$n" -le ${times} ]; do printf '%s %s\\n' "$1" "$n"; ${second} n=$((n + 1)); done`;
}

type Script = readonly [text: string, ...values: string[]];
type FileAct = Extract<Act, { file: string }>;
type ProcessAct = Exclude<Act, FileAct | { do: 'missing-program' }>;

function fileScript(act: FileAct): Script {
  switch (act.do) {
    case 'append':
      return [APPEND, act.file, act.line];
    case 'show-environment':
      return [
        `f=$1; shift; for n do eval "v=\\\${$n-<unset>}"; printf '%s\\0' "$v"; done > "$f"`,
        act.file,
        ...act.names,
      ];
    case 'show-arguments':
      return [`f=$1; shift; for v do printf '%s\\0' "$v"; done > "$f"`, act.file, ...act.values];
    case 'show-directory':
      return ['pwd -P > "$1"', act.file];
  }
}

function processScript(act: ProcessAct): Script {
  switch (act.do) {
    case 'succeed':
      return [':'];
    case 'exit':
      return [`exit ${act.code}`];
    case 'abort':
      return ['kill -ABRT $$'];
    case 'print':
      return [print(act), act.out, act.errors ?? ''];
    case 'print-around':
      return [
        `printf '%s\\n' "$1"; while ! [ -e "$2" ]; do sleep 0.02; done; printf '%s\\n' "$3"`,
        act.first,
        act.until,
        act.second,
      ];
    case 'wait':
      return [
        'echo started >> "$1"; while ! [ -e "$2" ]; do sleep 0.02; done',
        act.started,
        act.until,
      ];
    case 'sleep':
      return ['sleep 3600'];
    case 'ignore-term':
      return [`trap '' TERM; : > "$1"; while :; do sleep 0.05; done`, act.started];
    case 'spawn':
      return ['(while :; do echo alive >> "$1"; sleep 0.02; done) & wait', act.alive];
    case 'fill-memory':
      // tail keeps what it may still have to print, for as long as its input stays open.
      return [`(head -c ${act.bytes} /dev/zero; sleep 3600) | tail -c ${act.bytes} > /dev/null`];
    case 'read-input':
      return ['cat'];
  }
}

/** Acts as programs of a POSIX system. */
export function posixAct(act: Act): CommandWork {
  if (act.do === 'missing-program') return { kind: 'command', argv: ['/nonexistent/program', 'x'] };
  const [script, ...values] = 'file' in act ? fileScript(act) : processScript(act);
  return { kind: 'command', argv: ['sh', '-c', script, 'act', ...values] };
}
