import type { Explanation, TaskView } from '@orchestrate/engine';
import { printable } from '../output/printable.ts';
import { countOf } from '../output/quantity-text.ts';
import type { ReportLook } from './run-report.ts';
import { shellQuote } from './shell-quote.ts';

const MOST_WAITED_FOR = 10;

function causeLines(cause: TaskView, of: string, look: ReportLook): string[] {
  const { paint } = look;
  const what = cause.failure;
  const failure =
    what === undefined
      ? cause.state
      : `${what.failure} after ${countOf(cause.attempts, 'attempt')}: ${printable(what.message)}`;
  return [
    ...(cause.name === of ? [] : [`first cause: ${paint('strong', printable(cause.name))}`]),
    `  ${failure}`,
    ...(cause.logPaths.length === 0
      ? []
      : [`  ${paint('faint', `orchestrate logs ${shellQuote(cause.name)}`)}`]),
  ];
}

/** What something was and is, where there is something to show. */
function changeLines({ field, before, after }: NonNullable<Explanation['changed']>): string[] {
  if (before === undefined && after === undefined) return [];
  return [
    `  ${printable(field)}`,
    `    before: ${printable(before ?? '(not there)')}`,
    `    now:    ${printable(after ?? '(not there)')}`,
  ];
}

const MOST_ATTEMPTS = 10;

/** Attempts that failed before what the explanation is about, the last ones when there are many. */
function attemptLines({ failedAttempts = [], cause, task }: Explanation): string[] {
  const isLastShown = cause?.name === task && cause.failure !== undefined;
  const earlier = isLastShown ? failedAttempts.slice(0, -1) : failedAttempts;
  return earlier
    .slice(-MOST_ATTEMPTS)
    .map(
      ({ attempt, failure, message }) =>
        `  attempt ${attempt} failed (${failure}): ${printable(message)}`,
    );
}

/** Why a task is as it is. */
export function renderExplanation(explanation: Explanation, look: ReportLook): string[] {
  const { task, state, summary, cause, waitsFor, changed } = explanation;
  const waited = waitsFor?.slice(0, MOST_WAITED_FOR) ?? [];
  const more = (waitsFor?.length ?? 0) - waited.length;
  return [
    `${look.paint('strong', printable(task))} ${look.signs.dot} ${state}`,
    printable(summary),
    ...(changed === undefined ? [] : changeLines(changed)),
    ...attemptLines(explanation),
    ...(cause === undefined ? [] : causeLines(cause, task, look)),
    ...waited.map((name) => `  waits for ${printable(name)}`),
    ...(more > 0 ? [`  ${look.signs.cut} and ${more} more`] : []),
  ];
}
