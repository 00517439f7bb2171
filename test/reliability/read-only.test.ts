import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readOnly } from '../support/read-only.ts';
import { didNotRun, failureOf } from '../support/small-disk.ts';
import { expectEnd, expectSober } from '../support/sober.ts';
import { RAN_ONCE, WAITING_CHAIN } from '../support/waiting-chain.ts';
import { Workspace } from '../support/workspace.ts';

const CANNOT_WRITE = /JOURNAL_UNWRITABLE|LOCAL_STATE_UNUSABLE|PROVIDER_FAILED/;

function sealed(workspace: Workspace, folder: string, what: string): (() => void) | undefined {
  const seal = readOnly(workspace, folder);
  if (typeof seal !== 'string') return seal;
  didNotRun(what, seal);
  return undefined;
}

describe.concurrent('a folder that cannot be written', () => {
  it('lets a project be checked and planned, and refuses to run it', async () => {
    using workspace = new Workspace({ 'project.yaml': WAITING_CHAIN });
    workspace.allow('go');
    const unseal = sealed(workspace, '.', 'a read-only project');
    if (unseal === undefined) return;

    expectEnd(await workspace.call('validate'), 0);
    expectEnd(await workspace.call('plan'), 0);
    const refused = await workspace.call('run');
    expectEnd(refused, 2);
    expect(refused.stderr).toMatch(CANNOT_WRITE);
    expect(refused.stderr).toContain('hint:');
    expect(workspace.counts('ran-')).toEqual({});

    unseal();
    expectEnd(await workspace.call('run'), 0);
    expect(workspace.counts('ran-')).toEqual(RAN_ONCE);
  });

  it('lets a run that is over be looked at', async () => {
    using workspace = new Workspace({ 'project.yaml': WAITING_CHAIN });
    workspace.allow('go');
    expectEnd(await workspace.call('run'), 0);
    if (sealed(workspace, '.', 'looking at a read-only project') === undefined) return;

    for (const words of [['status'], ['logs', 'middle'], ['why', 'middle'], ['plan']]) {
      expectEnd(await workspace.call(...words), 0);
    }
    const refused = await workspace.call('run');
    expectEnd(refused, 2);
    expect(refused.stderr).toMatch(CANNOT_WRITE);
    expect(workspace.counts('ran-')).toEqual(RAN_ONCE);
  });

  it('refuses to run where only the run folder is read-only', async () => {
    using workspace = new Workspace({ 'project.yaml': WAITING_CHAIN });
    workspace.allow('go');
    mkdirSync(workspace.path('.orchestrate'));
    const unseal = sealed(workspace, '.orchestrate', 'a read-only run folder');
    if (unseal === undefined) return;

    const refused = await workspace.call('run');
    expectEnd(refused, 2);
    expect(refused.stderr).toMatch(CANNOT_WRITE);
    expect(existsSync(workspace.path('out'))).toBe(false);
    unseal();
    expectEnd(await workspace.call('run'), 0);
  });

  it('says which output cannot be published, and why', async () => {
    using workspace = new Workspace({ 'project.yaml': WAITING_CHAIN });
    workspace.allow('go');
    mkdirSync(workspace.path('out'));
    const unseal = sealed(workspace, 'out', 'a read-only output folder');
    if (unseal === undefined) return;
    const failed = await workspace.call('run');

    expectSober(failed);
    expect([1, 3]).toContain(failed.code);
    expect(failed.stderr).toMatch(/out\/first\.txt.*(read-only|permission)/);
    expect(workspace.counts('ran-')).toEqual({ first: 1 });
    unseal();
    expectEnd(await workspace.call('run'), 0);
    expect(workspace.read('out/last.txt')).toBe('one\ntwo\nthree\n');
  });

  it('is told to a user without rights as it is to root', async () => {
    using workspace = new Workspace({ 'project.yaml': WAITING_CHAIN });
    const behind = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const [program = '', ...rest] = behind;
    const failure = failureOf(program, [...rest, process.execPath, '--version']);
    if (failure !== undefined) {
      didNotRun('a user without rights', failure);
      return;
    }
    chmodSync(workspace.home, 0o755);
    const refused = await workspace.start(['run'], { behind, env: { HOME: '/nonexistent' } }).ended;

    expectEnd(refused, 2);
    expect(refused.stderr).toMatch(CANNOT_WRITE);
    expect(refused.stderr).toMatch(/EACCES|permission/);
  });
});
