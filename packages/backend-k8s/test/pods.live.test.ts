import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { kubectl } from '../../../tools/testbed/kubernetes/bed.ts';
import { apply, bed, namespace, TrialProject, until } from './trial.ts';
import { expectNothingLeft, OURS_LABEL, WAYS } from './well.ts';

// Only a hang should end a test: the machine may be busy with other things.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 });

const NAME = 'pods';
let place: Awaited<ReturnType<typeof namespace>>;

beforeAll(async () => {
  place = await namespace(NAME);
});
afterAll(() => place[Symbol.asyncDispose]());

/** What `why` says of the member that was begun twice. */
async function whyTwice(project: TrialProject): Promise<string> {
  const n = project.effects().indexOf(2) + 1;
  return (await project.command('why', `grow.work/n=${n}`)).text;
}

describe('a pod', () => {
  it('is deleted by somebody: its member runs again, and only then', async () => {
    using project = new TrialProject(NAME, 3, 'sleep 5', {
      task: { retry: { attempts: 2, on: ['preempted'], delay: '0s' } },
    });
    const { ended } = project.start('run');
    await project.begun(3);
    const pods = kubectl(['-n', NAME, 'get', 'pods', '-o', 'name'])?.split('\n') ?? [];
    kubectl(['-n', NAME, 'delete', pods[0] ?? '', '--now']);
    const { code, text } = await ended;

    expect(code, text).toBe(0);
    expect(project.effects().toSorted((a, b) => a - b)).toEqual([1, 1, 2]);
    expect(text).toContain('its pod was deleted');
    expect(await whyTwice(project)).toContain('attempt 1 failed (preempted): its pod was deleted');
    expect(project.outputs()).toBe(3);
    await expectNothingLeft(project);
  });

  it('of a pack is deleted by somebody: what it was at runs again, and the rest of its share for the first time', async () => {
    using project = new TrialProject(NAME, 8, 'sleep 3', {
      ...WAYS[1][1],
      backend: { pack: { pods: 2, least: 2 } },
    });
    const { ended } = project.start('run');
    await project.begun(2);
    const pods = kubectl(['-n', NAME, 'get', 'pods', '-o', 'name'])?.split('\n') ?? [];
    kubectl(['-n', NAME, 'delete', pods[0] ?? '', '--now']);
    const { code, text } = await ended;

    expect(code, text).toBe(0);
    expect(project.effects().toSorted((a, b) => a - b)).toEqual([1, 1, 1, 1, 1, 1, 1, 2]);
    expect(text).toContain('its pod was deleted');
    expect(await whyTwice(project)).toContain('attempt 1 failed (preempted): its pod was deleted');
    expect(project.outputs()).toBe(8);
    await expectNothingLeft(project);
  });

  it('cannot start for want of a Secret: that is said, and it fails when it has waited long enough', async () => {
    using project = new TrialProject(NAME, 1, 'true', {
      backend: { unstartableSeconds: 4, secretEnv: { TOKEN: { secret: 'nobody', key: 'x' } } },
    });
    const { ended } = project.start('run');
    const waits = await until('the reason to be told', () =>
      kubectl([
        '-n',
        NAME,
        'get',
        'pods',
        '-o',
        'jsonpath={.items[*].status.containerStatuses[*].state.waiting.reason}',
      ])?.includes('CreateContainerConfigError') === true
        ? true
        : undefined,
    );
    const { code, text } = await ended;
    const why = await project.command('why', 'grow.work/n=1');

    expect(waits).toBe(true);
    expect(code).toBe(1);
    expect(text).toContain('CreateContainerConfigError');
    expect(why.text).toContain('secret "nobody" not found');
    expect(project.effects()).toEqual([0]);
    await expectNothingLeft(project);
  });

  it('is evicted: its member runs again, and is told apart from one that failed', async () => {
    using project = new TrialProject(NAME, 2, 'sleep 5', {
      task: { retry: { attempts: 2, on: ['preempted'], delay: '0s' } },
    });
    const { ended } = project.start('run');
    await project.begun(2);
    const names = ['-n', NAME, 'get', 'pods', '-o', 'jsonpath={.items[0].metadata.name}'];
    const pod = kubectl(names) ?? '';
    const metadata = { name: pod, namespace: NAME };
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata };
    const path = `/api/v1/namespaces/${NAME}/pods/${pod}/eviction`;
    kubectl(['create', '--raw', path, '-f', '-'], JSON.stringify(eviction));
    const { code, text } = await ended;

    expect(code, text).toBe(0);
    expect(text).toContain('preempted');
    expect(await whyTwice(project)).toMatch(/attempt 1 failed \(preempted\): .*evict/i);
    expect(project.effects().toSorted((a, b) => a - b)).toEqual([1, 2]);
    await expectNothingLeft(project);
  });

  it('takes more memory than it has: its member fails as that', async () => {
    const fill = 'const all = []; for (;;) all.push(Buffer.alloc(1e6, 1));';
    // With cgroup v1, which the bed may have, a shell around it would go on.
    using project = new TrialProject(NAME, 1, `exec node -e "${fill}"`, {
      task: { resources: { memory: '64Mi' } },
    });
    const { code, text } = await project.command('run');
    const why = await project.command('why', 'grow.work/n=1');

    expect(code, text).toBe(1);
    expect(why.text).toContain('failed (out-of-memory) in attempt 1');
    expect(why.text).toContain('OOMKilled');
    expect(project.effects()).toEqual([1]);
    await expectNothingLeft(project);
  });

  it('has an image that nobody has: that is said, and it fails when it has waited long enough', async () => {
    using project = new TrialProject(NAME, 1, 'true', {
      backend: { unstartableSeconds: 4, image: 'localhost/nobody-has-this:1' },
    });
    const { code, text } = await project.command('run');
    const why = await project.command('why', 'grow.work/n=1');

    expect(code).toBe(1);
    expect(text).toMatch(/ErrImage|ImagePull/);
    expect(why.text).toContain('nobody-has-this');
    expect(project.effects()).toEqual([0]);
    await expectNothingLeft(project);
  });

  it('finds no node: status has the words of the scheduler, and cancel ends it', async () => {
    using project = new TrialProject(NAME, 1, 'true', { task: { resources: { memory: '900Gi' } } });
    const { ended } = project.start('run');
    let said = '';
    while (!said.includes('Insufficient memory')) {
      await wait(300);
      said = (await project.command('status')).text;
    }
    const why = await project.command('why', 'grow.work/n=1');
    await project.command('cancel');
    const { code } = await ended;

    expect(said).toContain('Unschedulable');
    expect(why.text).toMatch(/waits in the queue .*Unschedulable.*Insufficient memory/);
    expect(code).not.toBe(0);
    expect(project.effects()).toEqual([0]);
    await expectNothingLeft(project);
  });
});

describe('a Job of somebody else', () => {
  it('that has the name of the next one stays, and the member is told why and tried under another name', async () => {
    using project = new TrialProject(NAME, 1, 'sleep 3', {
      task: { retry: { attempts: 2, on: ['preempted', 'lost'], delay: '4s' } },
    });
    const { ended } = project.start('run');
    await project.begun(1);
    const jobs = kubectl(['-n', NAME, 'get', 'jobs', '-l', OURS_LABEL, '-o', 'name']) ?? '';
    const run = /job.batch\/(.*)-0$/m.exec(jobs)?.[1] ?? 'nobody';
    const name = `${run}-1`;
    const container = { name: 'main', image: bed().image, command: ['sleep', '600'] };
    const template = { spec: { restartPolicy: 'Never', containers: [container] } };
    apply({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, namespace: NAME },
      spec: { template },
    });
    try {
      kubectl(['-n', NAME, 'delete', 'pods', '-l', OURS_LABEL, '--now']);
      const { code, text } = await ended;
      const why = await project.command('why', 'grow.work/n=1');
      const stranger = kubectl(['-n', NAME, 'get', 'job', name, '-o', 'jsonpath={.status.active}']);

      expect(code, text).toBe(0);
      expect(why.text).toContain(`there is a Job ${name} that is not ours`);
      expect(stranger).toBe('1');
      expect(project.effects()).toEqual([2]);
      await expectNothingLeft(project);
    } finally {
      kubectl(['-n', NAME, 'delete', 'job', name, '--now']);
    }
  });
});
