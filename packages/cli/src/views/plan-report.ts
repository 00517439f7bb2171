import type { LoadedProject, PlanSummary, SetSummary } from '@orchestrate/engine';
import type { Paint, Signs, Tone } from '../output/paint.ts';
import { bytesText, countOf, countText } from '../output/quantity-text.ts';
import { type Cell, type Column, renderTable } from '../output/table.ts';

/** How a plan is shown. */
export interface PlanLook {
  readonly paint: Paint;
  readonly signs: Signs;
  readonly width: number | undefined;
}

const VERDICTS: Readonly<Record<SetSummary['verdict'], readonly [text: string, tone: Tone]>> = {
  runs: ['runs', 'busy'],
  reused: ['done', 'good'],
  partly: ['runs partly', 'busy'],
  later: ['known later', 'faint'],
};

const COLUMNS: readonly Column[] = [
  { title: 'set', flexible: true },
  { title: 'tasks', align: 'right' },
  { title: 'done', align: 'right' },
  { title: '' },
  { title: 'why', flexible: true },
  { title: 'backend' },
  { title: 'jobs' },
  { title: 'cpu-hours', align: 'right' },
];

/** Less is not worth a word. */
const LEAST_HOURS = 0.005;

function hoursText(hours: number | undefined): string {
  if (hours === undefined || hours < LEAST_HOURS) return '';
  return hours >= 10 ? countText(Math.round(hours)) : hours.toFixed(2);
}

function rowOf(set: SetSummary): readonly Cell[] {
  const [text, tone] = VERDICTS[set.verdict];
  return [
    set.name,
    set.placeholder ? { text: '?', tone: 'faint' } : countText(set.tasks),
    { text: countText(set.finished), tone: set.finished === 0 ? 'faint' : 'good' },
    { text, tone },
    set.reason,
    set.backend,
    set.verdict === 'reused' ? '' : set.jobs,
    hoursText(set.cpuHours),
  ];
}

function workText({ toRun, finished, filesLeftOut }: PlanSummary): string {
  if (finished === 0) return `${countOf(toRun, 'task')} to run`;
  const unseen = filesLeftOut === true ? ' (not all files were looked at)' : '';
  if (toRun === 0) return `nothing to run: everything looks done already${unseen}`;
  return `${countOf(toRun, 'task')} to run, ${countText(finished)} done already${unseen}`;
}

function costText(summary: PlanSummary): string {
  return [
    workText(summary),
    ...(summary.cpuHours >= LEAST_HOURS
      ? [`at most ${hoursText(summary.cpuHours)} cpu-hours`]
      : []),
    ...(summary.knownOutputBytes > 0
      ? [`${bytesText(summary.knownOutputBytes)} of outputs known from before`]
      : []),
  ].join(', ');
}

/** The plan as a table, set by set, and what it costs in all. */
export function renderPlan(summary: PlanSummary, look: PlanLook): string[] {
  const hasLater = summary.sets.some((set) => set.placeholder);
  const rows = summary.sets.map(rowOf);
  const filled = COLUMNS.map((_column, position) => rows.some((row) => row[position] !== ''));
  const keep = <T>(cells: readonly T[]): T[] => cells.filter((_cell, at) => filled[at] === true);
  return [
    ...renderTable(keep(COLUMNS), rows.map(keep), { ...look, cut: look.signs.cut }),
    '',
    costText(summary),
    ...(hasLater ? ['Sets that are known later become tasks while the run goes on.'] : []),
    ...(summary.continues === undefined
      ? []
      : [`\`orchestrate run\` would continue run ${summary.continues}.`]),
  ];
}

/** The plan in one or two lines, before a run. */
export function planHeadline(summary: PlanSummary, loaded: LoadedProject): string[] {
  const backends = [...new Set(summary.sets.map((set) => set.backend))];
  const limits = Object.entries(loaded.limits).map(([name, slots]) => `${name} ${slots}`);
  const placed = backends.length === 0 ? '' : ` on ${backends.join(', ')}`;
  const limited = limits.length === 0 ? '' : `; limits: ${limits.join(', ')}`;
  return [
    `${summary.name}: ${countOf(summary.tasks, 'task')} in ${countOf(summary.sets.length, 'set')}${placed}${limited}`,
    costText(summary),
  ];
}
