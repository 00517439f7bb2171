import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { expectEnd } from '../support/sober.ts';
import { until } from '../support/until.ts';
import { RAN_ONCE, WAITING_CHAIN } from '../support/waiting-chain.ts';
import { Workspace } from '../support/workspace.ts';

describe('a project that is led already', () => {
  it('refuses run, resume and retry with the owner, and the leader does not notice', async () => {
    using workspace = new Workspace({ 'project.yaml': WAITING_CHAIN });
    const first = workspace.start(['run']);
    await workspace.saw('started-middle');

    const refused = await Promise.all(
      ['run', 'resume', 'retry'].map((command) => workspace.call(command)),
    );
    for (const ended of refused) {
      expectEnd(ended, 2);
      expect(ended.stderr).toContain('RUN_LOCKED');
      expect(ended.stderr).toContain(String(first.child.pid));
      expect(ended.stderr).toContain(hostname());
    }
    const answered = await workspace.call('run', '--json');
    expect(JSON.parse(answered.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      error: { code: 'RUN_LOCKED', details: { pid: first.child.pid } },
    });

    workspace.allow('go');
    expectEnd(await first.ended, 0);
    expect(workspace.counts('ran-')).toEqual(RAN_ONCE);
  });

  it('lets exactly one of many that start at once lead', async () => {
    using workspace = new Workspace({ 'project.yaml': WAITING_CHAIN });
    const calls = [1, 2, 3, 4].map(() => workspace.start(['run']));
    await workspace.saw('started-middle');
    await until('three to be refused', () => {
      return calls.filter(({ said }) => said().includes('RUN_LOCKED')).length === 3;
    });
    workspace.allow('go');
    const codes = (await Promise.all(calls.map(({ ended }) => ended))).map(({ code }) => code);

    expect(codes.filter((code) => code === 0)).toHaveLength(1);
    expect(codes.filter((code) => code === 2)).toHaveLength(3);
    expect(workspace.counts('ran-')).toEqual(RAN_ONCE);
  });

  it('is free at once when its leader is killed, with nothing to remove by hand', async () => {
    using workspace = new Workspace({ 'project.yaml': WAITING_CHAIN });
    const first = workspace.start(['run']);
    await workspace.saw('started-middle');
    first.child.kill('SIGKILL');
    await first.ended;
    const owner = readFileSync(workspace.path('.orchestrate/leader.json'), 'utf8');
    expect(JSON.parse(owner)).toMatchObject({ pid: first.child.pid });

    workspace.allow('go');
    expectEnd(await workspace.call('resume'), 0);
    expect(workspace.counts('ran-')).toEqual(RAN_ONCE);
  });
});
