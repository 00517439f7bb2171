import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectEnd, expectSober } from '../support/sober.ts';
import { until } from '../support/until.ts';
import { RAN_ONCE, WAITING_CHAIN } from '../support/waiting-chain.ts';
import { jsonLines, Workspace } from '../support/workspace.ts';

const STOPPED = 3;

async function expectFinishedOnce(workspace: Workspace): Promise<void> {
  expect(workspace.counts('ran-')).toEqual(RAN_ONCE);
  expect(workspace.read('out/last.txt')).toBe('one\ntwo\nthree\n');
  expectEnd(await workspace.call('run'), 0);
  expect(workspace.counts('ran-')).toEqual(RAN_ONCE);
}

describe.concurrent('a leader that is told to stop', () => {
  it('drains on Ctrl-C: what runs is finished and published, nothing new begins, resume does the rest', async () => {
    using workspace = new Workspace({ 'project.yaml': WAITING_CHAIN });
    const run = workspace.start(['run']);
    await workspace.saw('started-middle');
    run.child.kill('SIGINT');
    await until('the leader to say so', () => run.said().includes('stopping after the tasks'));
    workspace.allow('go');

    expectEnd(await run.ended, STOPPED);
    expect(workspace.counts('ran-')).toEqual({ first: 1, middle: 1 });
    expect(workspace.read('out/middle.txt')).toBe('one\ntwo\n');
    expectEnd(await workspace.call('resume'), 0);
    await expectFinishedOnce(workspace);
  });

  it('leaves at the second Ctrl-C with the job alive, and resume takes the job over', async () => {
    using workspace = new Workspace({ 'project.yaml': WAITING_CHAIN });
    const run = workspace.start(['run', '--json']);
    await workspace.saw('started-middle');
    run.child.kill('SIGINT');
    await until('the leader to drain', () => run.said().includes('stopping after the tasks'));
    run.child.kill('SIGINT');
    const left = await run.ended;

    expectEnd(left, STOPPED);
    expect(jsonLines(left.stdout).at(-1)).toMatchObject({ outcome: 'stopped', liveJobs: 1 });
    expect(existsSync(join(workspace.effects, 'ran-middle'))).toBe(false);
    const resumed = workspace.start(['resume']);
    await until('the new leader', () => resumed.said().includes('leader-began'));
    workspace.allow('go');
    expectEnd(await resumed.ended, 0);
    await expectFinishedOnce(workspace);
  });

  it('leaves on SIGTERM, and a job that ends while nobody leads is not done again', async () => {
    using workspace = new Workspace({ 'project.yaml': WAITING_CHAIN });
    const run = workspace.start(['run']);
    await workspace.saw('started-middle');
    run.child.kill('SIGTERM');
    expectEnd(await run.ended, STOPPED);
    workspace.allow('go');
    await workspace.saw('ran-middle');

    expectEnd(await workspace.call('resume'), 0);
    await expectFinishedOnce(workspace);
  });

  it('goes on when its terminal goes away', async () => {
    using workspace = new Workspace({ 'project.yaml': WAITING_CHAIN });
    const run = workspace.start(['run']);
    await workspace.saw('started-middle');
    run.child.kill('SIGHUP');
    run.child.stdout?.destroy();
    run.child.stderr?.destroy();
    workspace.allow('go');

    expect(await run.ended).toMatchObject({ code: 0, signal: null });
    await expectFinishedOnce(workspace);
  });

  it('does its work to the end when the reader of its output has had enough', async () => {
    using workspace = new Workspace({ 'project.yaml': WAITING_CHAIN });
    workspace.allow('go');
    const piped = ['bash', '-c', 'set -o pipefail; "$@" | head -n 1', 'bash'];
    const run = await workspace.start(['run'], { behind: piped }).ended;

    expectSober(run);
    expect(run.stdout.trim().split('\n')).toHaveLength(1);
    if (run.code !== 0) expectEnd(await workspace.call('resume'), 0);
    await expectFinishedOnce(workspace);
  });

  it('ends with 1 when work failed, with 2 when the call is wrong, and starts nothing then', async () => {
    using workspace = new Workspace({
      'project.yaml': 'name: bad\nflows: { work: { tasks: { fail: { run: "exit 4" } } } }\n',
    });

    expectEnd(await workspace.call('run'), 1);
    expectEnd(await workspace.call('run', '--no-such-option'), 2);
    expectEnd(await workspace.call('run', 'no-such-flow'), 2);
    expectEnd(await workspace.call('resume'), 2);
  });
});
