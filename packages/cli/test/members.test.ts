import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Project } from './command-line.ts';

const ENSEMBLE = `name: members
flows:
  sens:
    matrix: { depth: [100.0, 200.0, 300.0] }
    tasks:
      model:
        run: test ! -e broken-{{ depth }}; echo {{ depth }} > {{ outputs.file }}
        outputs: { file: "out/{{ depth }}.txt" }
      all:
        needs: model
        once: true
        run: cat out/*.txt
`;

describe('some members of an ensemble', { timeout: 60_000 }, () => {
  it('are planned, run, and left alone by the run of the rest', async () => {
    using project = new Project({ 'project.yaml': ENSEMBLE });
    const plan = await project.call('plan', '--only', 'sens.0-1', '--skip', '200.0');

    expect(plan.stdout).toMatch(/sens\.model +1 /);
    expect(plan.stdout).not.toContain('sens.all');
    expect(plan.stderr).toContain('left out, since not all members are there: sens.all');

    const run = await project.call('run', '--where', 'depth=200');
    expect(run.stderr).toContain('1 task');
    expect(run.code).toBe(0);
    expect(existsSync(join(project.folder, 'out/200.0.txt'))).toBe(true);
    expect(existsSync(join(project.folder, 'out/100.0.txt'))).toBe(false);

    const rest = await project.call('run');
    expect(rest.stderr).toMatch(/sens\.model +3 +2 +1/);
  });

  it('are those that failed, and a name that fits none is refused', async () => {
    using project = new Project({ 'project.yaml': ENSEMBLE, 'broken-300.0': '' });
    const first = await project.call('run');
    const failed = await project.call('plan', '--failed');
    const wrong = await project.call('run', '--only', 'depth=200.1');
    const words = await project.call('__complete', 'run', '--only', 'depth=3');

    expect(first.code).toBe(1);
    expect(failed.stdout).toContain('depth=300.0');
    expect(failed.stdout).not.toContain('depth=100.0');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('MEMBER_UNKNOWN');
    expect(wrong.stderr).toContain('did you mean depth=200.0');
    expect(words.stdout).toBe('depth=300.0\ta member of sens\n');
  });
});
