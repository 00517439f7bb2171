import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isFlowError } from '@orchestrate/core';
import type { CommandContext } from '../command-context.ts';
import { FooterRegion } from '../output/footer-region.ts';
import { projectFile } from './open-project.ts';
import { realLater } from './real-later.ts';
import { untilGone } from './until-gone.ts';

/** How long the first run of a project is waited for while nobody leads it, milliseconds. */
const PATIENCE_MILLISECONDS = 15_000;
const LOOK_AGAIN_MILLISECONDS = 50;
const WAITING = 'no run has begun yet; waiting for one (Ctrl-C leaves)';

/** Whether there is a run to look at, or somebody is about to begin one. */
type Prospect = 'there' | 'expected' | 'none';

async function prospectOf(project: string): Promise<Prospect> {
  const { isLed, openHistory, STATE_FOLDER } = await import('@orchestrate/engine');
  const isExpected = isLed(join(project, STATE_FOLDER));
  try {
    using history = openHistory(project);
    const last = history.runs().at(-1);
    // The lock is taken before the run is in the journal: what is there then is the run before.
    if (last?.state === 'running') return 'there';
    if (isExpected) return 'expected';
    return last === undefined ? 'none' : 'there';
  } catch (error) {
    if (isFlowError(error) && error.code === 'JOURNAL_MISSING') {
      return isExpected ? 'expected' : 'none';
    }
    throw error;
  }
}

/**
 * Waits for a run that is just being started: as long as somebody leads the project but has not begun the run, and a few
 * seconds for somebody to lead a project that was never run. On a terminal it says what is waited for.
 */
export async function untilRunBegins(context: CommandContext): Promise<void> {
  const { output } = context;
  const project = dirname(projectFile(context));
  const isLive = output.isTerminal && !output.isJson && output.level !== 'quiet';
  const stop = new AbortController();
  using _gone = untilGone(output, () => stop.abort());
  using region = new FooterRegion(output, () => [{ text: WAITING, painted: WAITING }], realLater);
  const patientUntil = performance.now() + PATIENCE_MILLISECONDS;
  let isTold = false;
  while (!stop.signal.aborted) {
    const prospect = await prospectOf(project);
    if (prospect === 'there') return;
    if (prospect === 'none' && performance.now() > patientUntil) return;
    if (isLive && !isTold) region.open();
    isTold = true;
    await pause(LOOK_AGAIN_MILLISECONDS, undefined, { signal: stop.signal }).catch(() => {});
  }
}
