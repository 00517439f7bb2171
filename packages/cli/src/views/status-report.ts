import type { TaskState } from '@orchestrate/core';
import type { RunLine, RunView, TaskView } from '@orchestrate/engine';
import type { Tone } from '../output/paint.ts';
import { printable } from '../output/printable.ts';
import { countOf, countText, durationText, momentText, rateText } from '../output/quantity-text.ts';
import { type Cell, type Column, renderTable } from '../output/table.ts';
import { countPieces } from '../progress/progress-frame.ts';
import { type ReportLook, renderFailure } from './run-report.ts';

const MOST_FAILURES = 100;
/** Reasons of queues; a cluster has few at a time. */
const MOST_WAITS = 5;

const RUN_COLUMNS: readonly Column[] = [
  { title: 'run' },
  { title: 'project', flexible: true },
  { title: 'began' },
  { title: 'took', align: 'right' },
  { title: 'state' },
];

const STATE_TONES: Readonly<Record<RunLine['state'], Tone>> = {
  running: 'busy',
  unfinished: 'warning',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'warning',
};

/** The runs of a project, latest first. */
export function renderRuns(runs: readonly RunLine[], now: number, look: ReportLook): string[] {
  const rows = runs.map((line): readonly Cell[] => {
    const end = line.endedAt ?? (line.state === 'running' ? now : undefined);
    return [
      line.run,
      line.name,
      momentText(line.beganAt),
      end === undefined ? '' : durationText((end - line.beganAt) / 1000),
      { text: line.state, tone: STATE_TONES[line.state] },
    ];
  });
  return renderTable(RUN_COLUMNS, rows, { ...look, cut: look.signs.cut });
}

const SET_COLUMNS: readonly Column[] = [
  { title: 'set', flexible: true },
  { title: 'tasks', align: 'right' },
  { title: 'waiting', align: 'right' },
  { title: 'queued', align: 'right' },
  { title: 'running', align: 'right' },
  { title: 'done', align: 'right' },
  { title: 'failed', align: 'right' },
  { title: 'skipped', align: 'right' },
  { title: 'cancelled', align: 'right' },
];

type Counts = Readonly<Partial<Record<TaskState, number>>>;

function sumOf(counts: Counts, ...states: readonly TaskState[]): number {
  return states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
}

function numberCell(count: number, tone: Tone): Cell {
  return count === 0 ? { text: '0', tone: 'faint' } : { text: countText(count), tone };
}

function setRow(name: string, size: number, counts: Counts): readonly Cell[] {
  return [
    name,
    countText(size),
    numberCell(sumOf(counts, 'pending', 'ready', 'waiting'), 'plain'),
    numberCell(sumOf(counts, 'submitting', 'queued'), 'plain'),
    numberCell(sumOf(counts, 'running', 'unknown', 'collecting'), 'busy'),
    numberCell(sumOf(counts, 'succeeded', 'reused'), 'good'),
    numberCell(sumOf(counts, 'failed'), 'bad'),
    numberCell(sumOf(counts, 'skipped'), 'warning'),
    numberCell(sumOf(counts, 'cancelled'), 'warning'),
  ];
}

function leaderText(view: RunView, line: RunLine): string {
  if (line.state === 'running' && view.leader !== undefined) {
    return `led by process ${view.leader.pid} on ${printable(view.leader.host)}`;
  }
  if (line.state !== 'unfinished') return '';
  const queued = view.liveJobs - view.startedJobs;
  const left = [
    ...(view.startedJobs > 0 ? [`${countOf(view.startedJobs, 'job')} may still be alive`] : []),
    ...(queued > 0 ? [`${countOf(queued, 'job was', 'jobs were')} queued`] : []),
  ];
  return ['nobody leads it', ...left].join('; ');
}

function failureLines(task: TaskView, look: ReportLook): string[] {
  if (task.failure === undefined) return [];
  const logPath = task.logPaths.at(-1);
  const { name, attempts, failure } = task;
  return renderFailure(
    { task: name, attempts, ...failure, ...(logPath === undefined ? {} : { logPath }) },
    look,
  );
}

function headline(view: RunView, line: RunLine, now: number, look: ReportLook): string {
  const { paint } = look;
  const seconds = ((view.endedAt ?? now) - view.beganAt) / 1000;
  const parts = [
    `run ${paint('strong', view.run)} of ${printable(view.name)}`,
    paint(STATE_TONES[line.state], line.state),
    `began ${momentText(view.beganAt)}`,
    ...(line.state === 'unfinished' ? [] : [durationText(seconds)]),
    ...(leaderText(view, line) === '' ? [] : [leaderText(view, line)]),
  ];
  return parts.join(` ${look.signs.dot} `);
}

function progressText(view: RunView, line: RunLine, look: ReportLook): string {
  const pieces = countPieces((state) => view.counts[state] ?? 0, look.signs);
  const counts = pieces.map(({ text, tone }) => look.paint(tone ?? 'plain', text)).join('');
  const isMoving = line.state === 'running' && view.tasksPerSecond > 0;
  return isMoving ? `${counts} ${look.signs.dot} ${rateText(view.tasksPerSecond)}` : counts;
}

/** How a run stands. */
export function renderStatus(
  view: RunView,
  line: RunLine,
  now: number,
  look: ReportLook,
): string[] {
  const { paint, signs } = look;
  const shown = view.failures.slice(0, MOST_FAILURES);
  const failed = view.counts.failed ?? 0;
  const failures = shown.flatMap((task) => failureLines(task, look));
  return [
    headline(view, line, now, look),
    progressText(view, line, look),
    '',
    ...renderTable(
      SET_COLUMNS,
      view.sets.map((set) => setRow(set.name, set.size, set.counts)),
      { ...look, cut: signs.cut },
    ),
    ...view.waits.slice(0, MOST_WAITS).map(({ reason, jobs }) => {
      const text = `${countOf(jobs, 'job waits', 'jobs wait')} in the queue: ${printable(reason)}`;
      return paint('faint', text);
    }),
    ...view.paused.map(({ backend, reason }) =>
      paint('warning', `${signs.warning} ${printable(backend)} is paused: ${printable(reason)}`),
    ),
    ...view.refused.map(({ backend, reason }) =>
      paint(
        'warning',
        `${signs.warning} ${printable(backend)} took no jobs, and is asked again: ${printable(reason)}`,
      ),
    ),
    ...(failures.length === 0 ? [] : ['', ...failures]),
    ...(failed > shown.length ? [`${signs.cut} and ${countText(failed - shown.length)} more`] : []),
    ...(line.state === 'unfinished' ? ['', '`orchestrate resume` goes on with it.'] : []),
  ];
}
