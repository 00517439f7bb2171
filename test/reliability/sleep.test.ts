import { describe, expect, it } from 'vitest';
import { expectEnd } from '../support/sober.ts';
import { until } from '../support/until.ts';
import { waitFor } from '../support/waiting-chain.ts';
import { jsonLines, Workspace } from '../support/workspace.ts';

/*
 * Stopped processes stand in for a laptop that slept: nobody looks for a while, and then everybody looks at once. What they
 * cannot show is a monotonic clock that stood still meanwhile; jumping clocks are the business of the simulation.
 */
const LIMITED = `name: sleeper
backends: { here: { use: local, slots: 3, graceSeconds: 1 } }
flows:
  work:
    backend: here
    tasks:
      within:
        run: |
          touch "$EFFECTS/started-within"
          ${waitFor('go')}
          echo ran >> "$EFFECTS/ran-within"
        resources: { time: 1m }
      beyond:
        run: |
          echo began >> "$EFFECTS/began-beyond"
          sleep 60
          echo ran >> "$EFFECTS/ran-beyond"
        resources: { time: 1s }
      after: { needs: within, run: 'echo ran >> "$EFFECTS/ran-after"' }
`;

const ASLEEP_MILLISECONDS = 3_000;

function asleep(): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, ASLEEP_MILLISECONDS));
}

function signalAll(processes: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of processes) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended between the two looks.
    }
  }
}

describe.runIf(process.platform === 'linux')('a machine that slept', { concurrent: true }, () => {
  it('judges a job by its own clock when only the leader slept', async () => {
    using workspace = new Workspace({ 'project.yaml': LIMITED });
    const run = workspace.start(['run', '--json']);
    await workspace.saw('started-within');
    await workspace.saw('began-beyond');
    run.child.kill('SIGSTOP');
    workspace.allow('go');
    await workspace.saw('ran-within');
    await asleep();
    run.child.kill('SIGCONT');
    const ended = await run.ended;

    expectEnd(ended, 1);
    expect(workspace.counts('ran-')).toEqual({ within: 1, after: 1 });
    expect(workspace.counts('began-')).toEqual({ beyond: 1 });
    const failures = jsonLines(ended.stdout).filter(({ type }) => type === 'attempt-failed');
    expect(failures).toMatchObject([{ failure: 'timeout' }]);
  });

  it('loses nothing and does nothing twice when leader, keepers and tasks all slept', async () => {
    using workspace = new Workspace({ 'project.yaml': LIMITED });
    const run = workspace.start(['run', '--json']);
    await workspace.saw('started-within');
    await workspace.saw('began-beyond');
    const all = workspace.processes();
    expect(all.length).toBeGreaterThan(3);
    signalAll(all, 'SIGSTOP');
    await asleep();
    workspace.allow('go');
    signalAll(all, 'SIGCONT');
    const ended = await run.ended;

    expectEnd(ended, 1);
    expect(workspace.counts('ran-')).toEqual({ within: 1, after: 1 });
    expect(workspace.counts('began-')).toEqual({ beyond: 1 });
    await until('everything to be gone', () => workspace.processes().length === 0);
  });

  it('keeps the time limit of a job whose leader never wakes up', async () => {
    using workspace = new Workspace({ 'project.yaml': LIMITED });
    const run = workspace.start(['run']);
    await workspace.saw('began-beyond');
    await workspace.saw('started-within');
    run.child.kill('SIGKILL');
    workspace.allow('go');
    await run.ended;
    await until('the keepers to end what they keep', () => workspace.processes().length === 0);

    expectEnd(await workspace.call('resume'), 1);
    expect(workspace.counts('ran-')).toEqual({ within: 1, after: 1 });
    expect(workspace.counts('began-')).toEqual({ beyond: 1 });
  });
});
