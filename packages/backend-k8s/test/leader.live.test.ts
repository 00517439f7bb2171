import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { kubectl } from '../../../tools/testbed/kubernetes/bed.ts';
import { PAUSE_IMAGE } from '../../../tools/testbed/kubernetes/layout.ts';
import { apply, FarProject, namespace, SECRET, TrialProject, until } from './trial.ts';

// Only a hang should end a test: the machine may be busy with other things.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 });

const NAME = 'leaders';
const MEMBERS = 8;
let place: Awaited<ReturnType<typeof namespace>>;

beforeAll(async () => {
  place = await namespace(NAME);
});
afterAll(() => place[Symbol.asyncDispose]());

const MANAGED = 'app.kubernetes.io/managed-by=orchestrate';
const LEADER = 'orchestrate.dev/use=leader';
const leaderPod = (): string | undefined =>
  kubectl(
    `-n ${NAME} get pods -l ${LEADER} --field-selector=status.phase=Running -o jsonpath={.items[0].metadata.name}`.split(
      ' ',
    ),
  ) || undefined;

/** Everything of ours but the Job of the leader itself, which can be looked at for a while. */
function leftBesides(project: TrialProject): string[] {
  return project.left().filter((name) => !name.includes('orchestrate-leader-'));
}

async function begunThere(project: FarProject, count: number): Promise<void> {
  await until(`${count} members begun`, () =>
    project.farEffects().filter((times) => times > 0).length >= count ? true : undefined,
  );
}

/** A claim that is bound to a folder of this machine, which is the only node. */
function claim(name: string, folder: string): Disposable {
  const storageClassName = '';
  const size = { storage: '1Gi' };
  const accessModes = ['ReadWriteMany'];
  const volume = `${NAME}-${name}`;
  apply(
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: volume },
      spec: { storageClassName, accessModes, capacity: size, hostPath: { path: folder } },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: NAME },
      spec: {
        storageClassName,
        accessModes,
        volumeName: volume,
        resources: { requests: size },
      },
    },
  );
  return {
    [Symbol.dispose]() {
      kubectl(['-n', NAME, 'delete', 'persistentvolumeclaim', name, '--wait=false']);
      kubectl(['delete', 'persistentvolume', volume, '--wait=false']);
    },
  };
}

const once = Array.from({ length: MEMBERS }, () => 1);

describe('a leader in the cluster', () => {
  it('leads the run while nobody is there, and what it made comes home', async () => {
    using project = new FarProject(NAME, MEMBERS, 'sleep 1');
    const started = await project.command('run', '--detach', '--on', 'k8s');
    expect(started.code, started.text).toBe(0);
    const state = await project.over();
    const status = await project.command('status', '--on', 'k8s');
    const log = await project.command('logs', '--on', 'k8s', 'grow.work/n=1');
    const fetched = await project.command('fetch', '--on', 'k8s');

    expect(started.text).toContain('this machine may go');
    expect(state).toBe('succeeded');
    expect(status.text).toContain('succeeded');
    expect(log.code, log.text).toBe(0);
    expect(fetched.code, fetched.text).toBe(0);
    expect(project.farEffects()).toEqual(once);
    expect(project.outputs()).toBe(MEMBERS);
    await until('nothing to be left', () => (leftBesides(project).length === 0 ? true : undefined));
  });

  it('whose pod is deleted, or killed, has a successor that goes on with the journal on the claim, and nothing is done twice', async () => {
    using project = new FarProject(NAME, MEMBERS, 'echo depth {{ n }}; sleep 5', {
      backend: {
        volumes: { work: { mountPath: '/far', persistentVolumeClaim: { claimName: 'far' } } },
      },
    });
    using _claim = claim('far', project.volume);
    const started = await project.command('run', '--detach', '--on', 'k8s');
    expect(started.code, started.text).toBe(0);
    await begunThere(project, 2);
    const first = leaderPod() ?? '';
    kubectl(['-n', NAME, 'delete', 'pod', first]);
    const second = await until('a successor', () => {
      const pod = leaderPod();
      return pod === first ? undefined : pod;
    });
    kubectl(['-n', NAME, 'exec', second, '--', '/bin/sh', '-c', 'kill -9 $(pidof node)']);

    expect(await project.over()).toBe('succeeded');
    expect(project.farEffects()).toEqual(once);
    const logs: string[] = [];
    for (let n = 1; n <= MEMBERS; n += 1)
      logs.push((await project.command('logs', '--on', 'k8s', `grow.work/n=${n}`)).text);
    expect(logs).toEqual(logs.map((_, at) => expect.stringContaining(`depth ${at + 1}\n`)));
    await until('nothing to be left', () => (leftBesides(project).length === 0 ? true : undefined));
  });

  it('is told to cancel from here, and its Job is not made again', async () => {
    using project = new FarProject(NAME, MEMBERS, 'sleep 600');
    const started = await project.command('run', '--detach', '--on', 'k8s');
    expect(started.code, started.text).toBe(0);
    await begunThere(project, 2);
    const cancelled = await project.command('cancel', '--on', 'k8s');

    expect(cancelled.code, cancelled.text).toBe(0);
    expect(await project.over()).toBe('cancelled');
    await until('the pods of the members to go', () =>
      leftBesides(project).length === 0 && leaderPod() === undefined ? true : undefined,
    );
  });

  it('needs Node in its image, and says so', async () => {
    using project = new FarProject(NAME, MEMBERS, 'true', { leader: { image: PAUSE_IMAGE } });
    const { code, text } = await project.command('run', '--detach', '--on', 'k8s');

    expect(code).not.toBe(0);
    expect(text).toContain('K8S_LEADER_IMAGE');
    expect(text).not.toContain('    at ');
    await until('nothing to be left', () => (leftBesides(project).length === 0 ? true : undefined));
  });

  it('needs a folder in one of the volumes, and says so before anything is asked of the cluster', async () => {
    using project = new FarProject(NAME, MEMBERS, 'true', {
      leader: { folder: '/elsewhere/orchestrate' },
    });
    const { code, text } = await project.command('run', '--detach', '--on', 'k8s');

    expect(code).not.toBe(0);
    expect(text).toContain('expected a folder below the mountPath of one of volumes: /far');
  });

  it('that the environment of the project needs does not show it to whoever looks at pods', async () => {
    using project = new FarProject(NAME, MEMBERS, 'sleep 4', {
      task: { env: { TOKEN: '${secret:TIDE}' } },
    });
    const started = await project.command('run', '--detach', '--on', 'k8s');
    const text = kubectl(['-n', NAME, 'get', 'pods,jobs', '-o', 'yaml']) ?? '';
    await project.over();

    expect(started.code, started.text).toBe(0);
    expect(text).not.toContain(SECRET);
  });
});

describe('files of the project', () => {
  it('are there as a volume, and gone after the run', async () => {
    const volumes = {
      work: { mountPath: tmpdir(), hostPath: { path: tmpdir() } },
      conf: { mountPath: '/conf', files: ['conf/*.yaml'] },
    };
    using project = new TrialProject(NAME, 2, 'cat /conf/model.yaml >> read', {
      backend: { volumes },
    });
    mkdirSync(join(project.folder, 'conf'));
    writeFileSync(join(project.folder, 'conf', 'model.yaml'), 'dt: 900\n');
    const { child, ended } = project.start('debug', 'grow.work/n=1');
    child.stdin?.end('cat /conf/model.yaml\n');
    const debugged = await ended;
    const { code, text } = await project.command('run');
    writeFileSync(join(project.folder, 'project.yaml'), projectWithout(project));
    const missing = await project.command('run');

    expect(debugged.text).toContain('dt: 900');
    expect(code, text).toBe(0);
    expect(readFileSync(join(project.folder, 'read'), 'utf8')).toBe('dt: 900\n'.repeat(2));
    expect(missing.code).toBe(1);
    expect(missing.text).toContain('there is none called nothing/*.yaml');
    await until('nothing to be left', () => (leftBesides(project).length === 0 ? true : undefined));
  });
});

/** The same, with a volume of files that are not there. */
function projectWithout({ folder }: TrialProject): string {
  const text = readFileSync(join(folder, 'project.yaml'), 'utf8');
  return text.replace('conf/*.yaml', 'nothing/*.yaml').replace('>> read', '>> read2');
}

describe('debug', () => {
  it('holds a shell open where a task would run, and leaves nothing', async () => {
    using project = new TrialProject(NAME, 1, 'sleep 1', {
      task: { env: { TOKEN: '${secret:TIDE}' }, resources: { memory: '64Mi' } },
    });
    const { child, ended } = project.start('debug', 'grow.work/n=1');
    child.stdin?.end('echo "$TOKEN" | tr a-z A-Z; pwd; hostname; exit 7\n');
    const { code, text } = await ended;

    expect(code, text).toBe(7);
    expect(text).toContain(SECRET.toUpperCase());
    expect(text).toContain(project.folder);
    expect(text).toContain('orchestrate-debug-');
    expect(text).toContain('echo began >> effects/1; sleep 1');
    await until('nothing to be left', () => (leftBesides(project).length === 0 ? true : undefined));
  });

  it('names the task that was meant', async () => {
    using project = new TrialProject(NAME, 1, 'true');
    const { code, text } = await project.command('debug', 'grow.wrok/n=1');

    expect(code).toBe(2);
    expect(text).toContain('did you mean grow.work');
  });
});

describe('the manifests of a project', () => {
  it('make a cluster lead its run when they are applied', async () => {
    const volume = mkdtempSync(join(tmpdir(), 'k8s-volume-'));
    const root = fileURLToPath(new URL('../../..', import.meta.url));
    const volumes = {
      work: { mountPath: '/far', hostPath: { path: volume } },
      // In the place of an image with the program in it.
      packages: { mountPath: '/packages', hostPath: { path: join(root, 'packages') } },
      modules: { mountPath: '/node_modules', hostPath: { path: join(root, 'node_modules') } },
    };
    using project = new TrialProject(NAME, 2, 'mkdir -p effects', {
      backend: { volumes, leader: { folder: '/far/orchestrate' } },
      task: { env: { TOKEN: '${secret:TIDE}' }, run: 'echo {{ n }} > {{ outputs.file }}' },
    });
    try {
      const { code, text } = await project.command('k8s', 'manifests');
      expect(code, text).toBe(0);
      expect(text).not.toContain(SECRET);
      const stringData = { ORCHESTRATE_SECRET_TIDE: SECRET };
      const metadata = { name: 'orchestrate-trial-env', namespace: NAME };
      apply({ apiVersion: 'v1', kind: 'Secret', metadata, stringData });
      expect(kubectl(['apply', '-f', '-'], text)).toContain('job.batch/orchestrate-trial created');

      const job = ['-n', NAME, 'wait', 'job/orchestrate-trial', '--timeout=120s'];
      const done = kubectl([...job, '--for=condition=complete']);

      expect(done).toContain('condition met');
      expect(readdirSync(join(volume, 'orchestrate', 'orchestrate-trial', 'out'))).toEqual([
        '1',
        '2',
      ]);
    } finally {
      rmSync(volume, { recursive: true, force: true });
      kubectl(['-n', NAME, 'delete', 'all,cm,secret,sa,role,rolebinding', '-l', MANAGED]);
    }
  });
});
