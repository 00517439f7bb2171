import { describe, expect, it } from 'vitest';
import { didNotRun, type SmallDisk, smallDisk } from '../support/small-disk.ts';
import { expectEnd, expectSober } from '../support/sober.ts';
import { until } from '../support/until.ts';
import { RAN_ONCE, WAITING_CHAIN, waitFor } from '../support/waiting-chain.ts';
import { Workspace } from '../support/workspace.ts';

function diskUnder(workspace: Workspace, folder: string, what: string): SmallDisk | undefined {
  const disk = smallDisk(workspace, folder);
  if (typeof disk !== 'string') return disk;
  didNotRun(what, disk);
  return undefined;
}

/** Resumes, as often as a person would, until the run is over. */
async function resumeToTheEnd(workspace: Workspace): Promise<void> {
  expectEnd(await workspace.call('resume'), 0);
  expect(workspace.read('out/last.txt')).toBe('one\ntwo\nthree\n');
  expect(workspace.counts('ran-')).toEqual(RAN_ONCE);
}

describe.concurrent('a disk that is full', () => {
  it('says before anything has run that the journal cannot be written', async () => {
    using workspace = new Workspace({ 'project.yaml': WAITING_CHAIN });
    const disk = diskUnder(workspace, '.orchestrate', 'a full disk at the start');
    if (disk === undefined) return;
    workspace.allow('go');
    disk.fill();
    const refused = await workspace.call('run');

    expectEnd(refused, 2);
    expect(refused.stderr).toMatch(/JOURNAL_UNWRITABLE|LOCAL_STATE_UNUSABLE/);
    expect(workspace.counts('ran-')).toEqual({});
    disk.free();
    expectEnd(await workspace.call('run'), 0);
    expect(workspace.counts('ran-')).toEqual(RAN_ONCE);
  });

  it('stops when the journal cannot be written while a job runs; the job is taken over later', async () => {
    using workspace = new Workspace({ 'project.yaml': WAITING_CHAIN });
    const disk = diskUnder(workspace, '.orchestrate', 'a journal on a disk that fills up');
    if (disk === undefined) return;
    const run = workspace.start(['run']);
    await workspace.saw('started-middle');
    disk.fill();
    workspace.allow('go');
    await workspace.saw('ran-middle');
    await until('the leader to meet it', () => run.said().includes('JOURNAL_UNWRITABLE'));
    const stopped = await run.ended;

    expectEnd(stopped, 3);
    expect(stopped.stderr).toContain('orchestrate resume');
    disk.free();
    await resumeToTheEnd(workspace);
  });

  it('does not lose the end of a job that ended while nobody led and nothing could be written', async () => {
    using workspace = new Workspace({ 'project.yaml': WAITING_CHAIN });
    const disk = diskUnder(workspace, '.orchestrate', 'records of jobs on a full disk');
    if (disk === undefined) return;
    const run = workspace.start(['run']);
    await workspace.saw('started-middle');
    run.child.kill('SIGKILL');
    await run.ended;
    disk.fill();
    workspace.allow('go');
    await workspace.saw('ran-middle');
    const refused = await workspace.call('resume');
    expectSober(refused);
    expect([2, 3]).toContain(refused.code);
    disk.free();

    await resumeToTheEnd(workspace);
  });

  it('keeps what a task has made when it cannot be published, and publishes it once there is room', async () => {
    using workspace = new Workspace({ 'project.yaml': WAITING_CHAIN });
    const disk = diskUnder(workspace, 'out', 'outputs on a full disk');
    if (disk === undefined) return;
    const run = workspace.start(['run', '--json']);
    await workspace.saw('started-middle');
    disk.fill();
    workspace.allow('go');
    await workspace.saw('ran-middle');
    await until('the trouble to be told', () => run.said().includes('cannot be published yet'));
    run.child.kill('SIGTERM');
    const stopped = await run.ended;

    expectEnd(stopped, 3);
    disk.free();
    await resumeToTheEnd(workspace);
  });

  it('publishes what a task has made as soon as there is room, without doing it again', async () => {
    using workspace = new Workspace({ 'project.yaml': WAITING_CHAIN });
    const disk = diskUnder(workspace, 'out', 'outputs on a disk that is freed');
    if (disk === undefined) return;
    const run = workspace.start(['run', '--json']);
    await workspace.saw('started-middle');
    disk.fill();
    workspace.allow('go');
    await until('the trouble to be told', () => run.said().includes('cannot be published yet'));
    disk.free();

    expectEnd(await run.ended, 0);
    expect(workspace.counts('ran-')).toEqual(RAN_ONCE);
    expect(workspace.read('out/last.txt')).toBe('one\ntwo\nthree\n');
  });

  it('fails the task, not the run, when a task finds no room for its own files', async () => {
    using workspace = new Workspace({
      'project.yaml': `name: greedy
flows:
  work:
    tasks:
      greedy: { run: 'head -c 20000000 /dev/zero > small/file; echo ran >> "$EFFECTS/ran-greedy"' }
      modest: { run: 'echo ran >> "$EFFECTS/ran-modest"' }
`,
    });
    const disk = diskUnder(workspace, 'small', 'a task that fills its disk');
    if (disk === undefined) return;

    const failed = await workspace.call('run');
    expectEnd(failed, 1);
    expect(failed.stderr).toContain('work.greedy');
    expect(workspace.counts('ran-')).toEqual({ modest: 1 });
    expect((await workspace.call('logs', 'greedy')).stdout).toContain('No space left');
  });

  it('cuts the log, not the work, of a task that prints more than there is room for', async () => {
    using workspace = new Workspace({
      'project.yaml': `name: talker
flows:
  work:
    tasks:
      talker:
        run: |
          head -c 20000000 /dev/zero | tr '\\0' x || true
          touch "$EFFECTS/started-talker"
          ${waitFor('go')}
          echo ran >> "$EFFECTS/ran-talker"
`,
    });
    const disk = diskUnder(workspace, '.orchestrate', 'a log that fills the disk');
    if (disk === undefined) return;
    const run = workspace.start(['run']);
    await workspace.saw('started-talker');
    workspace.allow('go');
    const ended = await run.ended;

    expectSober(ended);
    expect(ended.code).not.toBe(0);
    // A leader that could not write its journal has left, and the task goes on without it.
    await workspace.saw('ran-talker');
    expect(workspace.counts('ran-')).toEqual({ talker: 1 });
    expectSober(await workspace.call('status'));
  });

  it('stops cleanly where files may not grow beyond a limit', async () => {
    using workspace = new Workspace({ 'project.yaml': WAITING_CHAIN });
    workspace.allow('go');
    // Blocks of 1024 bytes: enough to begin a journal, not to go on with it. The signal must not kill the leader.
    const behind = ['bash', '-c', 'ulimit -f 60; trap \'\' XFSZ; exec "$@"', 'bash'];
    const stopped = await workspace.start(['run'], { behind }).ended;

    expectSober(stopped);
    expect([2, 3]).toContain(stopped.code);
    expect(stopped.stderr).toMatch(/JOURNAL_UNWRITABLE|LOCAL_STATE_UNUSABLE/);
    const after = await workspace.call('run');
    expectEnd(after, 0);
    expect(workspace.counts('ran-')).toEqual(RAN_ONCE);
  });
});
