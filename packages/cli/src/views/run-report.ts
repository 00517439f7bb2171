import type { FailureLine, RunSummary, SetTally } from '@orchestrate/engine';
import type { Paint, Signs, Tone } from '../output/paint.ts';
import { printable } from '../output/printable.ts';
import { countOf, countText, durationText } from '../output/quantity-text.ts';
import { type Cell, type Column, renderTable } from '../output/table.ts';
import { shellQuote } from './shell-quote.ts';

/** How a report is shown. */
export interface ReportLook {
  readonly paint: Paint;
  readonly signs: Signs;
  /** Columns to keep to, if any. */
  readonly width: number | undefined;
  /** Shortens an absolute path for people. */
  readonly path: (absolute: string) => string;
}

const MOST_SETS = 40;
const MOST_FAILURES = 10;

const COLUMNS: readonly Column[] = [
  { title: 'set', flexible: true },
  { title: 'tasks', align: 'right' },
  { title: 'succeeded', align: 'right' },
  { title: 'reused', align: 'right' },
  { title: 'failed', align: 'right' },
  { title: 'skipped', align: 'right' },
  { title: 'cancelled', align: 'right' },
  { title: 'open', align: 'right' },
  { title: 'time', align: 'right' },
];

function cell(count: number, tone: Tone): Cell {
  return count === 0 ? { text: '0', tone: 'faint' } : { text: countText(count), tone };
}

function rowOf(tally: SetTally, time: string, tone: Tone = 'plain'): readonly Cell[] {
  return [
    { text: tally.name, tone },
    { text: countText(tally.total), tone },
    cell(tally.succeeded, 'good'),
    cell(tally.reused, 'good'),
    cell(tally.failed, 'bad'),
    cell(tally.skipped, 'warning'),
    cell(tally.cancelled, 'warning'),
    cell(tally.open, 'warning'),
    time,
  ];
}

/** The sums over all sets. */
function sumOf(sets: readonly SetTally[]): SetTally {
  const sum = (pick: (tally: SetTally) => number): number =>
    sets.reduce((total, tally) => total + pick(tally), 0);
  return {
    name: 'in all',
    total: sum((tally) => tally.total),
    succeeded: sum((tally) => tally.succeeded),
    reused: sum((tally) => tally.reused),
    failed: sum((tally) => tally.failed),
    skipped: sum((tally) => tally.skipped),
    cancelled: sum((tally) => tally.cancelled),
    open: sum((tally) => tally.open),
  };
}

function renderSets(
  summary: RunSummary,
  seconds: ReadonlyMap<string, number>,
  look: ReportLook,
): string[] {
  // Sets in trouble come first where not all can be shown; otherwise the order of the plan is kept.
  const isBad = (tally: SetTally): boolean =>
    tally.failed + tally.skipped + tally.cancelled + tally.open > 0;
  const chosen =
    summary.sets.length <= MOST_SETS
      ? summary.sets
      : [...summary.sets.filter(isBad), ...summary.sets.filter((tally) => !isBad(tally))].slice(
          0,
          MOST_SETS,
        );
  const timeOf = (name: string): string => {
    const time = seconds.get(name);
    return time === undefined ? '' : durationText(time);
  };
  const rows = [
    ...chosen.map((tally) => rowOf(tally, timeOf(tally.name))),
    ...(summary.sets.length === 1
      ? []
      : [rowOf(sumOf(summary.sets), durationText(summary.seconds), 'strong')]),
  ];
  const hasOpen = summary.sets.some((tally) => tally.open > 0);
  const openColumn = COLUMNS.findIndex((column) => column.title === 'open');
  const keep = <T>(items: readonly T[]): T[] =>
    items.filter((_item, position) => hasOpen || position !== openColumn);
  const table = renderTable(keep(COLUMNS), rows.map(keep), { ...look, cut: look.signs.cut });
  const hidden = summary.sets.length - chosen.length;
  return [
    ...table,
    ...(hidden > 0 ? [`${look.signs.cut} and ${countOf(hidden, 'more set')}`] : []),
  ];
}

function failureText(line: FailureLine): string {
  return `${line.failure} after ${countOf(line.attempts, 'attempt')}: ${printable(line.message)}`;
}

/** One task that failed: what, how, where to look. */
export function renderFailure(line: FailureLine, look: ReportLook): string[] {
  const { paint, signs } = look;
  const task = printable(line.task);
  return [
    `${paint('bad', signs.bad)} ${paint('strong', task)}  ${failureText(line)}`,
    ...(line.logPath === undefined
      ? []
      : [`  ${paint('faint', `orchestrate logs ${shellQuote(line.task)}`)}`]),
  ];
}

const OUTCOMES: Readonly<Record<RunSummary['outcome'], readonly [tone: Tone, text: string]>> = {
  succeeded: ['good', 'succeeded'],
  failed: ['bad', 'failed'],
  cancelled: ['warning', 'was cancelled'],
  stopped: ['warning', 'stopped'],
};

function verdict(summary: RunSummary, look: ReportLook): string {
  const { paint, signs } = look;
  const [tone, text] = OUTCOMES[summary.outcome];
  const sign = tone === 'good' ? signs.good : tone === 'bad' ? signs.bad : signs.warning;
  const because = summary.reason === undefined ? '' : ` (${printable(summary.reason)})`;
  const { reused, total } = sumOf(summary.sets);
  const nothingToDo = summary.outcome === 'succeeded' && total > 0 && reused === total;
  const extra = nothingToDo ? ': everything was up to date' : because;
  return `${paint(tone, `${sign} run ${summary.run} ${text}`)}${extra} in ${durationText(summary.seconds)}`;
}

function advice(summary: RunSummary): string[] {
  if (summary.outcome === 'stopped') {
    const alive =
      summary.liveJobs > 0
        ? `${countOf(summary.liveJobs, 'job is', 'jobs are')} still alive. `
        : '';
    return [`${alive}\`orchestrate resume\` goes on.`];
  }
  return summary.failedTasks > 0
    ? [
        '`orchestrate why TASK` explains a failure, `orchestrate retry` tries the failed tasks again.',
      ]
    : [];
}

/** What stands at the end of a run: a table by set, the failures, the verdict, and what to do next. */
export function renderSummary(
  summary: RunSummary,
  seconds: ReadonlyMap<string, number>,
  look: ReportLook,
): string[] {
  const shown = summary.failures.slice(0, MOST_FAILURES);
  const hidden = summary.failedTasks - shown.length;
  return [
    ...renderSets(summary, seconds, look),
    ...(shown.length === 0 ? [] : ['']),
    ...shown.flatMap((line) => renderFailure(line, look)),
    ...(hidden > 0
      ? [`${look.signs.cut} and ${countText(hidden)} more: \`orchestrate status\` lists them`]
      : []),
    '',
    verdict(summary, look),
    ...advice(summary),
  ];
}

/** The summary for programs: sums over all sets beside it. */
export function summaryAnswer(summary: RunSummary): object {
  const { name: _name, ...counts } = sumOf(summary.sets);
  return { ...summary, counts };
}
