import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { kubectl } from '../../../tools/testbed/kubernetes/bed.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CLI = join(ROOT, 'packages', 'cli', 'src', 'bin.ts');

/** The value of `${secret:TIDE}` in projects of these tests. */
export const SECRET = 'five fathoms';

/** The bed in the environment of the tests. */
export function bed(): { readonly kubeconfig: string; readonly image: string } {
  const kubeconfig = process.env['ORCHESTRATE_TESTBED_KUBECONFIG'];
  const image = process.env['ORCHESTRATE_TESTBED_K8S_IMAGE'];
  if (kubeconfig === undefined || image === undefined)
    throw new Error('needs the test bed: npm run test:live, or tools/testbed/kubernetes/bed.ts up');
  return { kubeconfig, image };
}

/** Asks until there is an answer. */
export async function until<T>(what: string, ask: () => T | undefined, seconds = 120): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const answer = ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await wait(50);
  }
}

/** Makes objects as the administrator. */
export function apply(...items: readonly object[]): void {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  if (kubectl(['apply', '-f', '-'], list) === undefined) throw new Error('kubectl apply failed');
}

/** A namespace of its own. */
export async function namespace(
  name: string,
): Promise<AsyncDisposable & { readonly name: string }> {
  apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await until('the account of the namespace', () =>
    kubectl(['-n', name, 'get', 'serviceaccount', 'default', '-o', 'name']),
  );
  return {
    name,
    async [Symbol.asyncDispose]() {
      kubectl(['delete', 'namespace', name]);
    },
  };
}

/** How a command of ours ended, and what it said. */
export interface Said {
  readonly code: number | null;
  readonly text: string;
}

/** A command of ours that runs. */
export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Said>;
}

/** A project of members that count how often they were run, in a folder that jobs see. */
export class TrialProject implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'k8s-project-'));
  readonly #members: number;
  readonly #namespace: string;
  readonly #children: ChildProcess[] = [];

  constructor(
    within: string,
    members: number,
    work: string,
    more: { readonly backend?: object; readonly task?: object } = {},
  ) {
    this.#members = members;
    this.#namespace = within;
    mkdirSync(join(this.folder, 'node_modules'));
    symlinkSync(
      join(ROOT, 'node_modules', '@orchestrate'),
      join(this.folder, 'node_modules', '@orchestrate'),
    );
    mkdirSync(join(this.folder, 'effects'));
    const { kubeconfig, image } = bed();
    const volumes = { work: { mountPath: tmpdir(), hostPath: { path: tmpdir() } } };
    const backend = { use: 'k8s', kubeconfig, namespace: within, image, volumes, graceSeconds: 1 };
    const run = `echo began >> effects/{{ n }}; ${work}; echo {{ n }} > {{ outputs.file }}`;
    const task = { run, dir: '.', outputs: { file: { path: 'out/{{ n }}' } }, ...more.task };
    const project = {
      name: 'trial',
      plugins: ['@orchestrate/backend-k8s'],
      backends: { k8s: { ...backend, ...more.backend } },
      flows: {
        grow: {
          backend: 'k8s',
          matrix: { n: { range: [1, members, 1] } },
          tasks: { work: task },
        },
      },
    };
    writeFileSync(join(this.folder, 'project.yaml'), JSON.stringify(project));
  }

  /** Starts a command of ours here. */
  start(...words: readonly string[]): Started {
    return this.startWith({}, ...words);
  }

  /** The same, with more in its environment. */
  startWith(more: Readonly<Record<string, string>>, ...words: readonly string[]): Started {
    const args = ['--conditions=@orchestrate/source', CLI, ...words];
    const env = { ...process.env, ORCHESTRATE_SECRET_TIDE: SECRET, ...more };
    const child = spawn(process.execPath, args, { cwd: this.folder, env });
    this.#children.push(child);
    const said: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece: Buffer) => said.push(piece));
    const ended = new Promise<Said>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, text: Buffer.concat(said).toString() }));
    });
    return { child, ended };
  }

  command(...words: readonly string[]): Promise<Said> {
    return this.start(...words).ended;
  }

  /** How often each member was begun. */
  effects(): number[] {
    return Array.from({ length: this.#members }, (_, n) => {
      const file = join(this.folder, 'effects', String(n + 1));
      return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean).length : 0;
    });
  }

  /** Resolves when so many members have begun. */
  async begun(count: number): Promise<void> {
    await until(`${count} members begun`, () => {
      const begun = this.effects().filter((times) => times > 0).length;
      return begun >= count ? true : undefined;
    });
  }

  outputs(): number {
    const folder = join(this.folder, 'out');
    return existsSync(folder) ? readdirSync(folder).length : 0;
  }

  /** Objects of ours that are left in the namespace. */
  left(): string[] {
    const label = 'app.kubernetes.io/managed-by=orchestrate';
    const kinds = 'jobs,pods,secrets,configmaps';
    const args = ['-n', this.#namespace, 'get', kinds, '-l', label, '-o', 'name'];
    return (kubectl(args) ?? 'nobody knows').split('\n').filter(Boolean);
  }

  /** A leader that a failed test gave up must not go on beside the next one. */
  [Symbol.dispose](): void {
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A project that is not where pods could see it, and a volume that outlives them. */
export class FarProject extends TrialProject {
  readonly volume: string;

  readonly #count: number;

  constructor(
    within: string,
    members: number,
    work: string,
    more: { readonly leader?: object; readonly backend?: object; readonly task?: object } = {},
  ) {
    const volume = mkdtempSync(join(tmpdir(), 'k8s-volume-'));
    super(within, members, work, {
      backend: {
        volumes: { work: { mountPath: '/far', hostPath: { path: volume } } },
        leader: { folder: '/far/orchestrate', ...more.leader },
        // Their files are on the volume, and nobody of this machine sees them.
        pack: false,
        ...more.backend,
      },
      task: more.task ?? {},
    });
    this.volume = volume;
    this.#count = members;
  }

  /** The copy of the project that the leader works in. */
  get copy(): string {
    const leaders = join(this.volume, 'orchestrate', 'leaders');
    return join(leaders, readdirSync(leaders)[0] ?? '', 'project');
  }

  /** How often each member has begun there. */
  farEffects(): number[] {
    return Array.from({ length: this.#count }, (_, n) => {
      try {
        const text = readFileSync(join(this.copy, 'effects', String(n + 1)), 'utf8');
        return text.split('\n').filter(Boolean).length;
      } catch {
        return 0;
      }
    });
  }

  /** Resolves when the run that is led there is over. */
  async over(): Promise<string> {
    const end = performance.now() + 240_000;
    for (;;) {
      const { text } = await this.command('status', '--on', 'k8s', '--json');
      const state = /"state": ?"(\w+)"/.exec(text)?.[1] ?? text;
      if (['succeeded', 'failed', 'cancelled'].includes(state)) return state;
      if (performance.now() > end) throw new Error(`not over: ${text}`);
      await wait(1_000);
    }
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    rmSync(this.volume, { recursive: true, force: true });
  }
}
