import { describe, expect, it } from 'vitest';
import { Project } from './command-line.ts';

describe('why', () => {
  it('tells of attempts that failed before a task succeeded, or failed for good', async () => {
    using project = new Project({
      'project.yaml': `name: tries
flows:
  f:
    tasks:
      flaky:
        run: 'echo x >> tries; test $(wc -l < tries) -ge 3'
        dir: .
        retry: { attempts: 3, on: [user-error], delay: 0s }
      bad: { run: exit 7, retry: { attempts: 2, on: [user-error], delay: 0s } }
`,
    });
    await project.call('run');

    const flaky = await project.call('why', 'f.flaky');
    const bad = await project.call('why', 'f.bad');
    const { failedAttempts } = JSON.parse((await project.call('why', 'f.bad', '--json')).stdout);

    expect(flaky.stdout.trim().split('\n').slice(2)).toEqual([
      '  attempt 1 failed (user-error): exit code 1',
      '  attempt 2 failed (user-error): exit code 1',
    ]);
    expect(bad.stdout.match(/exit code 7/g)).toHaveLength(3);
    expect(bad.stdout).toContain('  attempt 1 failed (user-error): exit code 7');
    expect(failedAttempts).toMatchObject([
      { attempt: 1, failure: 'user-error', code: 7 },
      { attempt: 2, failure: 'user-error', code: 7 },
    ]);
  });
});
