import { countText, durationText } from '../output/quantity-text.ts';
import { barPaths, type LaneBox } from './bar-paths.ts';
import { html, jsonBlock, type Markup } from './markup.ts';
import type { AttemptEnd, Report, Timeline } from './report-types.ts';
import { timeTicks } from './time-axis.ts';
import { END_TONES } from './wording.ts';

const WIDTH = 1000;
const AXIS = 24;
const LONGEST_LABEL = 34;

function laneHeight({ kind, lanes }: Timeline): number {
  if (kind === 'rows') return lanes.length <= 60 ? 16 : 12;
  return Math.min(12, Math.max(1.5, 480 / Math.max(1, lanes.length)));
}

function shortened(label: string): string {
  if (label.length <= LONGEST_LABEL) return label;
  return `${label.slice(0, 16)}…${label.slice(-16)}`;
}

/** Names at the left: of every lane, or of each band of lanes. */
function laneLabels({ kind, lanes }: Timeline, box: LaneBox): Markup[] {
  const labels: Markup[] = [];
  const put = (text: string, y: number): void => {
    labels.push(
      html`<text x="${box.left - 8}" y="${y.toFixed(1)}" text-anchor="end">${shortened(text)}</text>`,
    );
  };
  let lastAt = Number.NEGATIVE_INFINITY;
  lanes.forEach(({ label, set }, lane) => {
    const isFirst = lanes[lane - 1]?.set !== set;
    const y = (lane + 0.5) * box.laneHeight + 3.5;
    if (kind === 'rows') put(label, y);
    else if (isFirst && y - lastAt > 12) {
      put(set, y);
      lastAt = y;
    }
    if (isFirst && lane > 0) {
      const line = (lane * box.laneHeight).toFixed(1);
      labels.push(html`<path class="band" d="M0 ${line}H${WIDTH}"/>`);
    }
  });
  return labels;
}

function axis(span: number, box: LaneBox, height: number): Markup[] {
  return timeTicks(0, span).map(([at, label]) => {
    const x = (box.left + (at / Math.max(1, span)) * box.width).toFixed(1);
    return html`<path class="tick" d="M${x} 0V${height}"/><text x="${x}" y="${height + 16}" text-anchor="middle">${label}</text>`;
  });
}

const LEGEND: readonly (readonly [end: AttemptEnd | 'waited', text: string])[] = [
  ['waited', 'queued'],
  ['open', 'running'],
  ['succeeded', 'succeeded'],
  ['failed', 'failed'],
  ['cancelled', 'cancelled'],
  ['withdrawn', 'withdrawn'],
];

function toneOf(end: string): string {
  return Object.entries(END_TONES).find(([name]) => name === end)?.[1] ?? 'idle';
}

function drawing(timeline: Timeline, span: number): Markup {
  const longest = timeline.lanes.reduce(
    (most, { label, set }) =>
      Math.max(most, shortened(timeline.kind === 'rows' ? label : set).length),
    0,
  );
  const left = Math.min(235, 16 + longest * 6.6);
  const box: LaneBox = { left, width: WIDTH - left - 12, laneHeight: laneHeight(timeline) };
  const height = Math.ceil(timeline.lanes.length * box.laneHeight);
  const paths = Object.entries(barPaths(timeline.bars, box, [0, span])).map(([end, d]) => {
    const thick = box.laneHeight * (end === 'waited' ? 0.22 : 0.72);
    return html`<path class="k-${toneOf(end)}" data-end="${end}" stroke-width="${thick.toFixed(2)}" d="${d}"/>`;
  });
  const what =
    timeline.kind === 'rows' ? 'a lane for each row' : 'as many lanes for each set as ran at once';
  const block = { span, box, height, bars: timeline.bars };
  return html`<div class="scroll"><svg class="timeline" viewBox="0 0 ${WIDTH} ${height + AXIS}" role="img" aria-label="Attempts over time, ${what}" data-timeline><g class="axis">${axis(span, box, height)}</g><g>${laneLabels(timeline, box)}</g><g>${paths}</g></svg></div>${jsonBlock('timeline-bars', block)}`;
}

/** Every attempt as a bar over time. */
export function timelineSection({ timeline, head }: Report): Markup {
  const { bars, kind, lanes } = timeline;
  if (bars.length === 0) {
    return html`<section id="timeline"><h2>Timeline</h2><p class="empty">Nothing was started.</p></section>`;
  }
  const present = new Set<string>(bars.map(([, , , , end]) => end));
  if (kind === 'rows') present.add('waited');
  const legend = LEGEND.filter(([end]) => present.has(end)).map(
    ([end, text]) => html`<li><span class="swatch f-${toneOf(end)}"></span> ${text}</li>`,
  );
  const how =
    kind === 'rows'
      ? 'One lane for each member or task; a bar for each attempt, thin while it waited.'
      : `As many lanes for each set as ran at once, ${countText(lanes.length)} in all; short neighbours are drawn as one bar, waiting is not drawn.`;
  return html`<section id="timeline"><h2>Timeline</h2>
<p class="lead">${how} Time counts from the beginning of the run; ${durationText(head.seconds)} in all.</p>
<figure data-zoom><div class="controls scripted"><button type="button" data-by="in">Zoom in</button> <button type="button" data-by="out">Zoom out</button> <button type="button" data-by="left">Earlier</button> <button type="button" data-by="right">Later</button> <button type="button" data-by="all">All</button> <output data-told aria-live="polite">Point at a bar; zoom with Ctrl and the wheel, or + and −.</output></div>
${drawing(timeline, Math.max(1, head.lastAt - head.beganAt))}
<ul class="key" aria-label="Colours">${legend}</ul></figure></section>`;
}
