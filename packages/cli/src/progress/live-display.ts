import type { Clock } from '@orchestrate/core';
import type { Fact, JournalEntry, Names } from '@orchestrate/engine';
import { FooterRegion, type Later } from '../output/footer-region.ts';
import type { Output } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import { durationText } from '../output/quantity-text.ts';
import { drawProgress, type ProgressView } from './progress-frame.ts';
import type { RunDisplay } from './run-display.ts';
import { RunTally } from './run-tally.ts';

const MOST_RUNNING_NAMES = 10;
/** Failures told one by one while the run goes on; the summary and `status` list them all. */
const MOST_TOLD = 30;
const TICK_MILLISECONDS = 1_000;

/** What a {@link LiveDisplay} needs. */
export interface LiveDisplayOptions {
  readonly output: Output;
  readonly clock: Clock;
  readonly later: Later;
  /** Path of the log of a task's attempt, for people. */
  readonly logPath?: (task: number, attempt: number) => string | undefined;
}

/** Progress on a terminal: an area at the bottom that is kept up to date, and above it whatever goes wrong. */
export class LiveDisplay implements RunDisplay {
  readonly #output: Output;
  readonly #clock: Clock;
  readonly #later: Later;
  readonly #logPath: (task: number, attempt: number) => string | undefined;
  readonly #region: FooterRegion;
  readonly #tally = new RunTally();
  readonly #attempts = new Map<number, number>();
  readonly #since: number;
  #names: Names | undefined;
  #run = '';
  #name = '';
  #notice: string | undefined;
  #told = 0;
  #tick: Disposable | undefined;

  constructor({ output, clock, later, logPath }: LiveDisplayOptions) {
    this.#output = output;
    this.#clock = clock;
    this.#later = later;
    this.#logPath = logPath ?? (() => undefined);
    this.#since = clock.now();
    this.#region = new FooterRegion(
      output,
      (columns, rows) => drawProgress(this.#view(), { columns, rows }, output),
      later,
    );
  }

  began(run: string, name: string): void {
    this.#run = run;
    this.#name = name;
    this.#region.open();
    this.#keepTicking();
  }

  past(entries: readonly JournalEntry[]): void {
    for (const entry of entries) {
      this.#tally.add(entry);
      this.#countAttempt(entry.fact);
    }
  }

  entries(entries: readonly JournalEntry[], names: Names): void {
    this.#names = names;
    for (const entry of entries) {
      this.#tally.add(entry);
      this.#countAttempt(entry.fact);
      this.#tell(entry.fact, names);
    }
    this.#region.refresh();
  }

  notice(text: string): void {
    this.#notice = text;
    this.#region.refresh();
  }

  /** For a run that is watched and not led: continues to draw what was counted. */
  redraw(): void {
    this.#region.refresh();
  }

  [Symbol.dispose](): void {
    this.#tick?.[Symbol.dispose]();
    this.#tick = undefined;
    this.#region[Symbol.dispose]();
  }

  #keepTicking(): void {
    this.#tick = this.#later(TICK_MILLISECONDS, () => {
      this.#region.refresh();
      this.#keepTicking();
    });
  }

  #countAttempt(fact: Fact): void {
    if (fact.type !== 'attempt-failed') return;
    this.#attempts.set(fact.task, (this.#attempts.get(fact.task) ?? 0) + 1);
  }

  #tell(fact: Fact, names: Names): void {
    const { errorPaint: paint, signs } = this.#output;
    switch (fact.type) {
      case 'attempt-failed':
        this.#tellFailure(fact, names);
        return;
      case 'expand-failed':
        this.#output.note(
          `${paint('bad', signs.bad)} ${paint('strong', printable(fact.placeholder))}  could not be expanded: ${printable(fact.message)}`,
        );
        return;
      case 'backend-paused':
        this.#warn(
          `${fact.backend} is paused: ${fact.reason}${fact.untilAsked ? '; `orchestrate resume` tries it again' : ''}`,
        );
        return;
      case 'backend-resumed':
        this.#output.note(`${paint('good', signs.good)} ${printable(fact.backend)} is back`);
        return;
      case 'doubted':
        this.#warn(`jobs in doubt, looking for them: ${fact.reason}`);
        return;
      default:
    }
  }

  #tellFailure(fact: Fact & { readonly type: 'attempt-failed' }, names: Names): void {
    if (fact.again && this.#output.level === 'quiet') return;
    this.#told += 1;
    if (this.#told > MOST_TOLD) {
      if (this.#told === MOST_TOLD + 1) {
        this.#output.note('  more failures are counted below and listed at the end');
      }
      return;
    }
    const { errorPaint: paint, signs } = this.#output;
    const attempt = this.#attempts.get(fact.task) ?? 1;
    const again = fact.again
      ? paint('warning', ` (again in ${durationText(fact.delaySeconds ?? 0)})`)
      : '';
    const path = this.#logPath(fact.task, attempt);
    this.#output.note(
      `${paint(fact.again ? 'warning' : 'bad', fact.again ? signs.warning : signs.bad)} ${paint('strong', printable(names.task(fact.task)))}  ${fact.failure}: ${printable(fact.message)}${again}`,
      ...(path === undefined ? [] : [`  ${paint('faint', printable(path))}`]),
    );
  }

  #warn(text: string): void {
    if (this.#output.level === 'quiet') return;
    const { errorPaint: paint, signs } = this.#output;
    this.#output.note(`${paint('warning', signs.warning)} ${printable(text)}`);
  }

  #view(): ProgressView {
    const now = this.#clock.now();
    const tally = this.#tally;
    const running: { name: string; seconds: number }[] = [];
    let runningJobs = 0;
    for (const { firstTask, open, startedAt } of tally.running.values()) {
      if (startedAt === undefined) continue;
      runningJobs += 1;
      if (running.length >= MOST_RUNNING_NAMES) continue;
      const name = this.#names?.task(firstTask) ?? `task ${firstTask}`;
      running.push({
        name: open > 1 ? `${name} and ${open - 1} more` : name,
        seconds: Math.max(0, (now - startedAt) / 1000),
      });
    }
    return {
      name: this.#name,
      run: this.#run,
      total: tally.total,
      count: (state) => tally.count(state),
      ended: tally.ended,
      seconds: Math.max(0, (now - this.#since) / 1000),
      tasksPerSecond: tally.tasksPerSecond(now),
      running,
      runningJobs,
      paused: [...tally.paused].map(([backend, reason]) => ({ backend, reason })),
      notice: this.#notice,
    };
  }
}
