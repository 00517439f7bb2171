import { countOf, countText } from '../output/quantity-text.ts';
import { shellQuote } from '../views/shell-quote.ts';
import { html, type Markup } from './markup.ts';
import type { FailureEntry, LogEnd, Report } from './report-types.ts';
import { utcStamp, utcText } from './wording.ts';

/** Failures that are unfolded at first. */
const OPEN_AT_FIRST = 1;
/** Failures that are listed at first. */
const LISTED = 12;

/** The end of one log; all but the last attempt's are folded. */
function logEnd({ attempt, lines, isCut }: LogEnd, place: number, all: readonly LogEnd[]): Markup {
  const count = isCut ? `the last ${countOf(lines.length, 'line')}` : countOf(lines.length, 'line');
  if (lines.length === 0) return html`<p class="meta">Attempt ${attempt}: nothing printed</p>`;
  const open = place === all.length - 1 ? html` open` : '';
  return html`<details class="attempt"${open}><summary><b>Attempt ${attempt}</b> <small>${count}</small></summary><pre class="log" tabindex="0">${lines.join('\n')}</pre></details>`;
}

function exitText({ code, signal }: FailureEntry): string {
  if (signal !== undefined) return `signal ${signal}`;
  return code === undefined ? '' : `exit code ${code}`;
}

function failureArticle(failure: FailureEntry, place: number): Markup {
  const exit = exitText(failure);
  const facts = [
    failure.failure === 'expansion'
      ? 'its tasks could not be made'
      : countOf(failure.attempts, 'attempt'),
    ...(exit === '' ? [] : [exit]),
    ...(failure.skipped > 0 ? [`${countOf(failure.skipped, 'task')} skipped because of it`] : []),
  ];
  const when =
    failure.at === undefined
      ? ''
      : html` · <time datetime="${utcStamp(failure.at)}">${utcText(failure.at)}</time>`;
  return html`<details class="failure"${place < OPEN_AT_FIRST ? html` open` : ''}>
<summary><span class="class">${failure.failure}</span> <b>${failure.task}</b>${place === 0 ? html` <em>first cause</em>` : ''}<span class="msg">${failure.message}</span></summary>
<p class="meta">${facts.join(' · ')}${when}</p>
${failure.logs.map(logEnd)}
${failure.failure === 'expansion' ? '' : html`<p class="meta">All of it: <code>orchestrate logs ${shellQuote(failure.task)}</code></p>`}
</details>`;
}

function classTable(failures: readonly FailureEntry[]): Markup {
  const byClass = new Map<string, { tasks: number; attempts: number; skipped: number }>();
  for (const { failure, attempts, skipped } of failures) {
    const sum = byClass.get(failure) ?? { tasks: 0, attempts: 0, skipped: 0 };
    sum.tasks += 1;
    sum.attempts += attempts;
    sum.skipped += skipped;
    byClass.set(failure, sum);
  }
  const rows = [...byClass].map(
    ([name, { tasks, attempts, skipped }]) =>
      html`<tr><th scope="row">${name}</th><td class="n">${countText(tasks)}</td><td class="n">${countText(attempts)}</td><td class="n">${countText(skipped)}</td></tr>`,
  );
  return html`<div class="scroll"><table><caption>Failures by class</caption><thead><tr><th scope="col">class</th><th scope="col" class="n">tasks</th><th scope="col" class="n">attempts</th><th scope="col" class="n">skipped because of them</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** What failed, first come first, with the ends of logs. */
export function failureSection({ failures, failedTasks, head }: Report): Markup {
  if (failures.length === 0) {
    const isOver = head.state !== 'running' && head.state !== 'unfinished';
    return html`<section id="failures"><h2>Failures</h2><p class="empty">${isOver ? 'No task failed.' : 'No task has failed so far.'}</p></section>`;
  }
  const hidden = failedTasks - failures.length;
  const more = failures.slice(LISTED);
  const rest =
    more.length === 0
      ? ''
      : html`<details class="failure"><summary>${countOf(more.length, 'more failure')}</summary>${more.map((one, place) => failureArticle(one, LISTED + place))}</details>`;
  return html`<section id="failures"><h2>Failures</h2>
<p class="lead">In the order in which they happened; what was skipped is counted under its first cause.</p>
${classTable(failures)}
${failures.slice(0, LISTED).map(failureArticle)}
${rest}
${hidden > 0 ? html`<p class="meta">And ${countText(hidden)} more: the tables of members and tasks name them.</p>` : ''}
</section>`;
}
