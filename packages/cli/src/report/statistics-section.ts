import type { FailureClass } from '@orchestrate/core';
import { countText } from '../output/quantity-text.ts';
import { html, type Markup } from './markup.ts';
import type { Report, SetStatistics } from './report-types.ts';
import { numberText, secondsText } from './wording.ts';

const COLUMNS = ['tasks', 'attempts', 'median', 'p95', 'longest', 'running time', 'cpu hours'];

function time(seconds: number | undefined): Markup {
  return seconds === undefined
    ? html`<td class="n">–</td>`
    : html`<td class="n" data-v="${seconds}">${secondsText(seconds)}</td>`;
}

function failuresText(failed: SetStatistics['failedAttempts']): string {
  const entries = Object.entries(failed) as [FailureClass, number][];
  return entries.map(([name, count]) => `${name} ${countText(count)}`).join(', ') || '–';
}

function row(set: SetStatistics): Markup {
  return html`<tr><th scope="row">${set.set}</th><td>${set.backend}</td><td class="n">${countText(set.tasks)}</td><td class="n">${countText(set.attempts)}</td>${time(set.medianSeconds)}${time(set.p95Seconds)}${time(set.maxSeconds)}${time(set.totalSeconds)}<td class="n">${set.cpuHours === undefined ? '–' : numberText(set.cpuHours)}</td><td>${failuresText(set.failedAttempts)}</td></tr>`;
}

/** Attempts and times of every set. */
export function statisticsSection({ statistics }: Report): Markup {
  const columns = COLUMNS.map((name) => html`<th scope="col" class="n">${name}</th>`);
  return html`<section id="statistics"><h2>Attempts and times</h2>
<p class="lead">Times are those for which attempts ran, failed ones included, waiting left out, as far as a start was reported: short work may end before it is seen running. The sum is their running time; cpu hours as far as the backend said what was used.</p>
<div class="scroll"><table><caption>Every set of tasks</caption><thead><tr><th scope="col">set</th><th scope="col">backend</th>${columns}<th scope="col">failed attempts by class</th></tr></thead><tbody>${statistics.map(row)}</tbody></table></div></section>`;
}
