import { TASK_STATES, type TaskState } from '@orchestrate/core';
import { countText, durationText } from '../output/quantity-text.ts';
import { type Content, html, type Markup } from './markup.ts';
import type { LeaderSpan, Report, RunHead } from './report-types.ts';
import { STATE_LOOKS, utcStamp, utcText } from './wording.ts';

const OUTCOMES: Readonly<Record<RunHead['state'], readonly [tone: string, text: string]>> = {
  running: ['busy', '▶ running'],
  unfinished: ['odd', '… unfinished'],
  succeeded: ['good', '✓ succeeded'],
  failed: ['bad', '✗ failed'],
  cancelled: ['odd', '⊘ cancelled'],
};

/** A state with its sign and colour. */
export function stateMark(state: TaskState): Markup {
  const { tone, sign } = STATE_LOOKS[state];
  return html`<span class="state t-${tone}"><span aria-hidden="true">${sign}</span> ${state}</span>`;
}

function moment(at: number): Markup {
  return html`<time datetime="${utcStamp(at)}">${utcText(at)}</time>`;
}

function fact(name: string, value: Content, note?: Content): Markup {
  return html`<div><dt>${name}</dt><dd>${value}${note === undefined ? '' : html`<small>${note}</small>`}</dd></div>`;
}

/** Tasks by state as one bar, and in words. */
function stateBar({ counts, tasks }: RunHead): Markup {
  const present = TASK_STATES.filter((state) => (counts[state] ?? 0) > 0);
  let from = 0;
  const pieces = present.map((state) => {
    const width = (1000 * (counts[state] ?? 0)) / Math.max(1, tasks);
    const piece = html`<rect class="f-${STATE_LOOKS[state].tone}" x="${from.toFixed(2)}" y="0" width="${Math.max(1.5, width - 1.5).toFixed(2)}" height="14"/>`;
    from += width;
    return piece;
  });
  const words = present.map(
    (state) => html`<li>${stateMark(state)} <b>${countText(counts[state] ?? 0)}</b></li>`,
  );
  return html`<svg class="statebar" viewBox="0 0 1000 14" preserveAspectRatio="none" aria-hidden="true">${pieces}</svg>
<ul class="states" aria-label="Tasks by state">${words}</ul>`;
}

function leaderRow({ host, pid, from, to, isOrderly }: LeaderSpan): Markup {
  const end = isOrderly ? 'orderly' : 'last heard of';
  return html`<tr><td>${host}</td><td class="n">${pid}</td><td>${moment(from)}</td><td>${moment(to)}</td><td>${end}</td></tr>`;
}

function leaderTable(leaders: readonly LeaderSpan[]): Markup {
  if (leaders.length < 2) return html``;
  return html`<details class="aside"><summary>The ${leaders.length} leaders of this run</summary><div class="scroll"><table><thead><tr><th scope="col">host</th><th scope="col" class="n">process</th><th scope="col">from</th><th scope="col">to</th><th scope="col">end</th></tr></thead><tbody>${leaders.map(leaderRow)}</tbody></table></div></details>`;
}

function took(head: RunHead): Content {
  const gap = head.seconds - head.ledSeconds;
  return head.restarts > 0 && gap > 1 ? `${durationText(gap)} of it without a leader` : undefined;
}

const NEXT: Readonly<Partial<Record<RunHead['state'], string>>> = {
  running: 'This report shows the run as it was at its last entry. To follow it:',
  unfinished: 'The run has not come to its end. To go on with it, nothing done twice:',
  failed: 'To try again what failed and what was skipped because of it:',
  cancelled: 'To do what is not done:',
};

/** The head of the page: what ran, how it ended, in figures. */
export function headSection({ head, failedTasks }: Report): Markup {
  const [tone, outcome] = OUTCOMES[head.state];
  const hosts = [...new Set(head.leaders.map(({ host }) => host))];
  const endWord = head.state === 'running' || head.state === 'unfinished' ? 'last entry' : 'ended';
  const restarts = head.restarts === 0 ? 'none' : countText(head.restarts);
  return html`<header id="top">
<p class="eyebrow">Run report</p>
<h1>${head.project}</h1>
<p class="verdict"><span class="badge b-${tone}">${outcome}</span> <span>run <code>${head.run}</code></span>${head.reason === undefined ? '' : html` <span>${head.reason}</span>`}</p>
<dl class="facts">
${fact('Tasks', countText(head.tasks), failedTasks === 0 ? 'none failed' : html`<a href="#failures">${countText(failedTasks)} failed</a>`)}
${fact('Took', durationText(head.seconds), took(head))}
${fact('Began', moment(head.beganAt))}
${fact(endWord === 'ended' ? 'Ended' : 'Last entry', moment(head.lastAt))}
${fact('Leader restarts', restarts)}
${fact(hosts.length > 1 ? 'Hosts' : 'Host', hosts.join(', ') || '–')}
${fact('Orchestrate', head.version || '–')}
</dl>
${stateBar(head)}
${head.next === undefined ? '' : html`<div class="next"><p>${NEXT[head.state] ?? ''}</p><pre tabindex="0"><code>${head.next}</code></pre></div>`}
${leaderTable(head.leaders)}
</header>`;
}
