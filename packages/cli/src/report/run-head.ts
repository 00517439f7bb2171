import type { JournalEntry, RunLine, RunView } from '@orchestrate/engine';
import type { LeaderSpan, RunHead } from './report-types.ts';

interface OpenSpan {
  host: string;
  pid: number;
  from: number;
  to: number;
  isOrderly: boolean;
}

/** Who led the run and when: the fold of its entries. */
export class LeaderFold {
  readonly spans: OpenSpan[] = [];
  version = '';
  lastAt = 0;

  feed({ fact, at }: JournalEntry): void {
    const last = this.spans.at(-1);
    if (fact.type === 'run-began') this.version = fact.version;
    if (fact.type === 'leader-began') {
      this.spans.push({ host: fact.host, pid: fact.pid, from: at, to: at, isOrderly: false });
    } else if (last !== undefined && !last.isOrderly) {
      last.to = Math.max(last.to, at);
      last.isOrderly = fact.type === 'leader-ended';
    }
    this.lastAt = Math.max(this.lastAt, at);
  }
}

function nextCommand(view: RunView, line: RunLine, options: string): string | undefined {
  const run = `--run ${view.run}`;
  if (line.state === 'unfinished') return `orchestrate resume ${run}${options}`;
  if (line.state === 'running') return `orchestrate status --watch ${run}${options}`;
  if (line.state === 'cancelled') return `orchestrate run${options}`;
  return line.state === 'failed' ? `orchestrate retry${options}` : undefined;
}

/** The head of a report. `options` go with every command that is advised, such as ` --config other.yaml`. */
export function runHead(
  { view, line }: { readonly view: RunView; readonly line: RunLine },
  leaders: LeaderFold,
  options: string,
): RunHead {
  const lastAt = view.endedAt ?? Math.max(leaders.lastAt, view.beganAt);
  const spans: readonly LeaderSpan[] = leaders.spans;
  const led = spans.reduce(
    (sum, { from, to }) => sum + Math.max(0, Math.min(to, lastAt) - from),
    0,
  );
  const next = nextCommand(view, line, options);
  return {
    project: view.name,
    run: view.run,
    state: line.state,
    ...(view.reason === undefined ? {} : { reason: view.reason }),
    beganAt: view.beganAt,
    lastAt,
    seconds: (lastAt - view.beganAt) / 1000,
    ledSeconds: led / 1000,
    tasks: view.total,
    counts: view.counts,
    leaders: spans,
    restarts: Math.max(0, spans.length - 1),
    version: leaders.version,
    ...(next === undefined ? {} : { next }),
  };
}
