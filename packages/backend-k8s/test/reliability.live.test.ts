import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { kubectl } from '../../../tools/testbed/kubernetes/bed.ts';
import { startDaemon, stopDaemon } from '../../../tools/testbed/kubernetes/daemons.ts';
import { busyServer } from './busy-server.ts';
import { apply, namespace, TrialProject } from './trial.ts';
import { expectNothingLeft, expectWell, MEMBERS, OURS_LABEL, WAYS } from './well.ts';

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

/** Starts the API server, and anew the controllers, which in other clusters end when their lease runs out while it is away. */
async function startApiServer(): Promise<void> {
  stopDaemon('kube-controller-manager');
  await start('kube-apiserver');
  await start('kube-controller-manager');
}

afterEach(async () => {
  await start('kube-apiserver');
  await start('kube-controller-manager');
  await start('kubelet');
});
afterAll(() => place[Symbol.asyncDispose]());

interface Anchor {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

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
/** What `why` says by then: after a look at 30 s and four more of which none was answered, people are told. */
const SAID = [/does not answer/, /is running|finished/] as const;
const OUTAGES = WAYS.map(
  ([how, more], at) => [how, more, AWAY_MS[at] ?? 0, SAID[at] ?? /$/] as const,
);

describe.each(OUTAGES)('the API server of members, %s', (_how, more, milliseconds, said) => {
  it('is away for a while as jobs run, and nothing is done twice or forgotten', async () => {
    using project = new TrialProject(NAME, MEMBERS, 'sleep 6', more);
    const { ended } = project.start('run');
    await project.begun(4);
    stopDaemon('kube-apiserver');
    await wait(milliseconds);
    const why = await project.command('why', 'grow.work/n=1');
    await startApiServer();

    await expectWell(project, await ended);
    // A pack is seen through the files of its pods; what has a Job of its own is not seen without the server.
    expect(why.text).toMatch(said);
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
    await startApiServer();

    await expectWell(project, await ended);
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

/** What `why` says of a member that waits for room, as soon as that is known. */
async function whyWaits(project: TrialProject): Promise<string> {
  for (;;) {
    const waiting = project.effects().indexOf(0) + 1;
    if (waiting === 0) return 'nothing waited';
    const { text } = await project.command('why', `grow.work/n=${waiting}`);
    if (text.includes('took no jobs')) return text;
  }
}

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
      const { ended } = project.start('run');
      const waits = await whyWaits(project);

      await expectWell(project, await ended);
      expect(waits).toContain('exceeded quota: few');
    } finally {
      kubectl(['-n', NAME, 'delete', 'resourcequota', 'few']);
    }
  });
});
