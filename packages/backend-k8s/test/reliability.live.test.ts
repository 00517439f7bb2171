import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { kubectl } from '../../../tools/testbed/kubernetes/bed.ts';
import { startDaemon, stopDaemon } from '../../../tools/testbed/kubernetes/daemons.ts';
import { busyServer } from './busy-server.ts';
import { apply, namespace, type Said, TrialProject, until } from './trial.ts';

// Only a hang should end a test: the machine may be busy with other things.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 });

const NAME = 'reliability';
let place: Awaited<ReturnType<typeof namespace>>;

beforeAll(async () => {
  place = await namespace(NAME);
});
/** Starts a server of the bed that a test has stopped. */
async function start(name: string): Promise<void> {
  expect(await startDaemon(name)).toBeUndefined();
}

afterEach(async () => {
  await start('kube-apiserver');
  await start('kubelet');
});
afterAll(() => place[Symbol.asyncDispose]());

const OURS_LABEL = 'app.kubernetes.io/managed-by=orchestrate';
interface Anchor {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

const MEMBERS = 12;
const once = (count = MEMBERS) => Array.from({ length: count }, () => 1);

/** Each member ran once, its output is there, and nothing of ours is left. */
async function expectWell(project: TrialProject, { code, text }: Said, count = MEMBERS) {
  expect(code, text).toBe(0);
  expect(project.effects()).toEqual(once(count));
  expect(project.outputs()).toBe(count);
  await expectNothingLeft(project);
}

/** What was deleted takes a moment to go, and longer where the controllers of the cluster have to find their feet again. */
async function expectNothingLeft(project: TrialProject) {
  const end = performance.now() + 150_000;
  while (project.left().length > 0 && performance.now() < end) await wait(200);
  expect(project.left()).toEqual([]);
}

/** Members that share pods, for everything that must hold of them too. */
const WAYS = [
  ['each a Job of its own', {}],
  [
    'in packs',
    {
      backend: { pack: { pods: 4, least: 2 } },
      task: { resources: { time: '60s' }, retry: { attempts: 2, on: ['preempted'], delay: '0s' } },
    },
  ],
] as const;

describe.each(WAYS)('a leader of members, %s', (_how, more) => {
  it('is killed again and again, and each member runs once all the same', async () => {
    using project = new TrialProject(NAME, 30, 'sleep 1', more);
    let command = 'run';
    let kills = 0;
    for (; kills < 10; kills += 1) {
      const { child, ended } = project.start(command);
      const kill = setTimeout(() => child.kill('SIGKILL'), 1200 + ((kills * 433) % 1700));
      const { code } = await ended;
      clearTimeout(kill);
      if (code === 0) break;
      command = 'run';
    }

    await expectWell(project, await project.command('run'), 30);
    expect(kills).toBeGreaterThan(2);
  });
});

/**
 * How long the API server is away. The first is longer than anything of ours waits for one answer, and than the cluster waits
 * for a node. What packs have done is seen without the server, so that their leader is at its end before it is back.
 */
const AWAY_MS = [60_000, 25_000] as const;
const OUTAGES = WAYS.map(([how, more], at) => [how, more, AWAY_MS[at] ?? 0] as const);

describe.each(OUTAGES)('the API server of members, %s', (_how, more, milliseconds) => {
  it('is away for a while as jobs run, and nothing is done twice or forgotten', async () => {
    using project = new TrialProject(NAME, MEMBERS, 'sleep 6', more);
    const { ended } = project.start('run');
    await project.begun(4);
    stopDaemon('kube-apiserver');
    await wait(milliseconds);
    await start('kube-apiserver');

    await expectWell(project, await ended);
  });
});

describe('the API server', () => {
  it('no longer has what a watch wants to go on from', async () => {
    using project = new TrialProject(NAME, MEMBERS, 'sleep 4');
    const { ended } = project.start('run');
    await project.begun(2);
    const etcd = 'http://127.0.0.1:23790/v3/kv';
    const post = async (path: string, body: object) =>
      (await (
        await fetch(`${etcd}/${path}`, { method: 'POST', body: JSON.stringify(body) })
      ).json()) as {
        header: { revision: string };
      };
    const { header } = await post('range', { key: Buffer.from('/').toString('base64') });
    stopDaemon('kube-apiserver');
    await post('compaction', { revision: header.revision, physical: true });
    await start('kube-apiserver');

    await expectWell(project, await ended);
  });
});

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
    expect(project.outputs()).toBe(3);
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
    expect(project.effects().toSorted((a, b) => a - b)).toEqual([1, 2]);
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
    await project.command('cancel');
    const { code } = await ended;

    expect(said).toContain('Unschedulable');
    expect(code).not.toBe(0);
    expect(project.effects()).toEqual([0]);
    await expectNothingLeft(project);
  });
});

describe('what a killed leader had no time to remove', () => {
  it('is named by clean and goes with the next run; what is of other runs stays', async () => {
    using project = new TrialProject(NAME, 1, 'sleep 3');
    const { ended } = project.start('run');
    await project.begun(1);
    const seen = kubectl(['-n', NAME, 'get', 'configmaps', '-l', OURS_LABEL, '-o', 'json']);
    const [anchor] = (JSON.parse(seen ?? '') as { items: { metadata: Anchor }[] }).items;
    const { name = '', labels = {} } = anchor?.metadata ?? {};
    expect((await ended).code).toBe(0);
    await expectNothingLeft(project);
    const kept = { name, namespace: NAME, labels };
    const strange = {
      ...kept,
      name: 'orchestrate-stranger',
      labels: { ...labels, 'orchestrate.dev/run': 'stranger' },
    };
    const map = { apiVersion: 'v1', kind: 'ConfigMap' };
    apply({ ...map, metadata: kept }, { ...map, metadata: strange });

    try {
      const looked = await project.command('clean', '--dry-run');
      const before = project.left();
      const { code, text } = await project.command('run');

      expect(looked.text).toContain(`ConfigMap ${name}`);
      expect(looked.text).not.toContain('stranger');
      expect(before).toHaveLength(2);
      expect(code, text).toBe(0);
      expect(project.left()).toEqual(['configmap/orchestrate-stranger']);
    } finally {
      kubectl(['-n', NAME, 'delete', 'configmap', 'orchestrate-stranger']);
    }
  });
});

describe('the kubelet', () => {
  it('is killed as jobs run, and nothing is done twice or forgotten', async () => {
    using project = new TrialProject(NAME, 4, 'sleep 8');
    const { ended } = project.start('run');
    await project.begun(4);
    stopDaemon('kubelet');
    await wait(5_000);
    await start('kubelet');

    await expectWell(project, await ended, 4);
  });
});

describe('the clock of the leader', () => {
  it.each([3_600, -3_600])('is %i seconds off, and that changes nothing', async (seconds) => {
    using project = new TrialProject(NAME, 3, 'sleep 2');
    const skew = `const now=Date.now;Date.now=()=>now()+${seconds * 1000}`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(skew)}`;
    const { ended } = project.startWith({ NODE_OPTIONS }, 'run');

    await expectWell(project, await ended, 3);
  });
});

describe('an API server that is too busy', () => {
  it('is asked again, and the run goes well', async () => {
    await using busy = await busyServer(4);
    using project = new TrialProject(NAME, MEMBERS, 'sleep 1', {
      backend: { kubeconfig: './busy.json' },
    });
    busy.writeKubeconfig(join(project.folder, 'busy.json'));

    await expectWell(project, await project.command('run'));
    expect(busy.refused).toBeGreaterThan(5);
  });
});

describe('a quota', () => {
  it('of Jobs is met, and not fought', async () => {
    apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few', namespace: NAME },
      spec: { hard: { 'count/jobs.batch': '3' } },
    });
    try {
      using project = new TrialProject(NAME, MEMBERS, 'sleep 1');
      await expectWell(project, await project.command('run'));
    } finally {
      kubectl(['-n', NAME, 'delete', 'resourcequota', 'few']);
    }
  });
});
