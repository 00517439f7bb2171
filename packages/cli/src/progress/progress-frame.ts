import type { TaskState } from '@orchestrate/core';
import type { FooterLine } from '../output/footer-region.ts';
import type { Paint, Signs, Tone } from '../output/paint.ts';
import { fitName, fitText, printable, textWidth } from '../output/printable.ts';
import { countText, durationText, rateText } from '../output/quantity-text.ts';

/** Everything the progress area shows. */
export interface ProgressView {
  readonly name: string;
  readonly run: string;
  readonly total: number;
  readonly count: (state: TaskState) => number;
  readonly ended: number;
  readonly seconds: number;
  readonly tasksPerSecond: number;
  /** Oldest first; may be longer than there is room for. */
  readonly running: readonly { readonly name: string; readonly seconds: number }[];
  readonly runningJobs: number;
  readonly paused: readonly { readonly backend: string; readonly reason: string }[];
  /** What was asked of the run, for the last line. */
  readonly notice: string | undefined;
}

interface Piece {
  readonly text: string;
  readonly tone?: Tone;
}

const MOST_RUNNING = 8;

function lineOf(pieces: readonly Piece[], columns: number, paint: Paint, cut: string): FooterLine {
  let room = columns - 1;
  let text = '';
  let painted = '';
  for (const piece of pieces) {
    const fitted = fitText(printable(piece.text), room, cut);
    room -= textWidth(fitted);
    text += fitted;
    painted += paint(piece.tone ?? 'plain', fitted);
    if (room <= 0) break;
  }
  return { text, painted };
}

function bar(view: ProgressView, columns: number, signs: Signs): Piece[] {
  const share = (count: number): number =>
    view.total === 0 ? 0 : Math.floor((count / view.total) * columns);
  const bad = view.count('failed') + view.count('skipped') + view.count('cancelled');
  const badColumns = bad === 0 ? 0 : Math.max(1, share(bad));
  const goodColumns = Math.min(columns - badColumns, share(view.ended - bad));
  return [
    { text: signs.barDone.repeat(goodColumns), tone: 'good' },
    { text: signs.barFailed.repeat(badColumns), tone: 'bad' },
    { text: signs.barOpen.repeat(Math.max(0, columns - goodColumns - badColumns)), tone: 'faint' },
  ];
}

function remainingText(view: ProgressView): string | undefined {
  const open = view.total - view.ended;
  if (open <= 0 || view.tasksPerSecond <= 0) return undefined;
  return `about ${durationText(open / view.tasksPerSecond)} left`;
}

function percentText(view: ProgressView): string {
  if (view.total === 0) return '  0%';
  const percent = Math.floor((view.ended / view.total) * 100);
  return `${percent}%`.padStart(4);
}

function headline(view: ProgressView, columns: number, signs: Signs): Piece[] {
  const facts = [
    `${countText(view.ended)}/${countText(view.total)}`,
    ...(view.tasksPerSecond > 0 ? [rateText(view.tasksPerSecond)] : []),
    ...(remainingText(view) === undefined ? [] : [remainingText(view) ?? '']),
    durationText(Math.floor(view.seconds)).replace('.0', ''),
  ].join(` ${signs.dot} `);
  const barColumns = Math.min(40, columns - textWidth(facts) - 9);
  return [
    ...(barColumns >= 8 ? bar(view, barColumns, signs) : []),
    { text: `${percentText(view)}  `, tone: 'strong' },
    { text: facts },
  ];
}

const SHOWN: readonly (readonly [states: readonly TaskState[], label: string, tone: Tone])[] = [
  [['running', 'collecting'], 'running', 'busy'],
  [['submitting', 'queued'], 'queued', 'plain'],
  [['unknown'], 'in doubt', 'warning'],
  [['pending', 'ready'], 'waiting', 'faint'],
  [['waiting'], 'to be tried again', 'warning'],
  [['succeeded'], 'succeeded', 'good'],
  [['reused'], 'reused', 'good'],
  [['failed'], 'failed', 'bad'],
  [['skipped'], 'skipped', 'warning'],
  [['cancelled'], 'cancelled', 'warning'],
];

/** `3 running · 12 waiting · 40 succeeded`: only what there is. */
export function countPieces(count: (state: TaskState) => number, signs: Signs): Piece[] {
  const shown = SHOWN.flatMap(([states, label, tone]) => {
    const tasks = states.reduce((sum, state) => sum + count(state), 0);
    return tasks > 0 ? [{ text: `${countText(tasks)} ${label}`, tone }] : [];
  });
  return shown.flatMap((piece, position) =>
    position === 0 ? [piece] : [{ text: ` ${signs.dot} `, tone: 'faint' as const }, piece],
  );
}

/** The progress area: pure, so that what a person sees can be tested as text. */
export function drawProgress(
  view: ProgressView,
  size: { readonly columns: number; readonly rows: number },
  look: { readonly paint: Paint; readonly signs: Signs },
): FooterLine[] {
  const { columns, rows } = size;
  const { paint, signs } = look;
  const line = (pieces: readonly Piece[]): FooterLine => lineOf(pieces, columns, paint, signs.cut);
  const paused = view.paused.map(({ backend, reason }) =>
    line([{ text: `${signs.warning} ${backend} is paused: ${reason}`, tone: 'warning' }]),
  );
  const notice = view.notice === undefined ? [] : [line([{ text: view.notice, tone: 'warning' }])];
  const fixed = 2 + paused.length + notice.length;
  const room = Math.max(0, Math.min(MOST_RUNNING, rows - 1 - fixed));
  const fits = view.runningJobs <= room ? view.runningJobs : Math.max(0, room - 1);
  const shown = view.running.slice(0, fits);
  const running = shown.map(({ name, seconds }) => {
    const age = durationText(Math.floor(seconds)).replace('.0', '');
    const nameColumns = Math.max(8, columns - 5 - textWidth(age));
    return line([
      { text: '  ' },
      { text: fitName(printable(name), nameColumns, signs.cut) },
      { text: `  ${age}`, tone: 'faint' },
    ]);
  });
  const more = view.runningJobs - shown.length;
  return [
    line(headline(view, columns, signs)),
    line(countPieces(view.count, signs)),
    ...running,
    ...(more > 0 && room > 0
      ? [line([{ text: `  ${signs.cut} and ${countText(more)} more`, tone: 'faint' }])]
      : []),
    ...paused,
    ...notice,
  ].slice(0, Math.max(1, rows - 1));
}
