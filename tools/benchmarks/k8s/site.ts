/** The cluster that benchmarks of Kubernetes run on, and what is asked of its API server meanwhile. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { bringUp, kubectl } from '../../testbed/kubernetes/bed.ts';
import { at } from '../../testbed/kubernetes/layout.ts';
import { programPath } from '../../testbed/kubernetes/programs.ts';
import { type Measured, measureGood, ORCHESTRATE, ROOT } from '../measure.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'orchestrate-bench-k8s-'));
process.on('exit', () => rmSync(FOLDER, { recursive: true, force: true }));

/** What is measured may take as long as it takes; only a hang is ended. */
const LONGEST_CALL_MS = 1_200_000;

/** A namespace of its own on the bed. */
export interface Site extends AsyncDisposable {
  readonly kubeconfig: string;
  readonly image: string;
  readonly namespace: string;
  /** Runs kubectl in the namespace. @throws when it fails */
  kubectl(args: readonly string[], input?: string): string;
}

/** Opens a namespace. @throws when the bed cannot be had */
export async function openSite(namespace: string): Promise<Site> {
  const bed = await bringUp();
  if ('reason' in bed) throw new Error(`the test bed of Kubernetes: ${bed['reason']}`);
  const run = (args: readonly string[], input = ''): string => {
    const said = kubectl(args, input, LONGEST_CALL_MS);
    if (said === undefined) throw new Error(`kubectl ${args.join(' ')} failed`);
    return said;
  };
  kubectl(['delete', 'namespace', namespace, '--ignore-not-found']);
  run(['create', 'namespace', namespace]);
  while (kubectl(['-n', namespace, 'get', 'serviceaccount', 'default']) === undefined)
    await wait(100);
  return {
    kubeconfig: bed['ORCHESTRATE_TESTBED_KUBECONFIG'] ?? '',
    image: bed['ORCHESTRATE_TESTBED_K8S_IMAGE'] ?? '',
    namespace,
    kubectl: (args, input) => run(['-n', namespace, ...args], input),
    [Symbol.asyncDispose]: async () => {
      kubectl(['delete', 'namespace', namespace]);
    },
  };
}

/** A folder that pods see too. */
export function folderFor(name: string): string {
  const folder = join(FOLDER, name);
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  const packages = join('node_modules', '@orchestrate');
  symlinkSync(join(ROOT, packages), join(folder, packages));
  return folder;
}

/** Runs a project with one task of many members. */
export function runMembers(
  site: Site,
  name: string,
  work: {
    readonly members: number;
    readonly run: string;
    readonly backend: object;
    /** Declared, so that they may share pods. */
    readonly time?: string;
  },
): Promise<Measured> {
  const folder = folderFor(name);
  const { kubeconfig, image, namespace } = site;
  const volumes = { work: { mountPath: FOLDER, hostPath: { path: FOLDER } } };
  const backend = { use: 'k8s', kubeconfig, namespace, image, volumes, imagePullPolicy: 'Never' };
  const { run, time } = work;
  const task = { run, ...(time === undefined ? {} : { resources: { time } }) };
  const project = {
    name: 'bench',
    plugins: ['@orchestrate/backend-k8s'],
    backends: { k8s: { ...backend, ...work.backend } },
    flows: {
      work: {
        backend: 'k8s',
        matrix: { n: { range: [1, work.members, 1] } },
        tasks: { member: task },
      },
    },
  };
  writeFileSync(join(folder, 'project.yaml'), JSON.stringify(project));
  return measureGood([process.execPath, ORCHESTRATE, 'run', '--quiet'], { cwd: folder });
}

/** Counts the requests that pass through it to the API server. */
export class CountingProxy {
  requests = 0;
  readonly #proxy: ChildProcess;
  readonly #server: Server;
  readonly kubeconfig: string;

  private constructor(proxy: ChildProcess, port: number, server: Server) {
    this.#proxy = proxy;
    this.#server = server;
    this.kubeconfig = join(FOLDER, 'counted.kubeconfig');
    server.on('request', (asked, answer) => {
      this.requests += 1;
      const { method, url, headers } = asked;
      const onward = request({ port, method, path: url, headers }, (said) => {
        answer.writeHead(said.statusCode ?? 502, said.headers);
        answer.flushHeaders();
        said.pipe(answer);
      });
      onward.on('error', () => answer.destroy());
      answer.on('close', () => onward.destroy());
      asked.pipe(onward);
    });
    const { port: own } = server.address() as AddressInfo;
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'counted',
      clusters: [
        {
          name: 'counted',
          cluster: { server: `https://127.0.0.1:${own}`, 'insecure-skip-tls-verify': true },
        },
      ],
      users: [{ name: 'counted', user: {} }],
      contexts: [{ name: 'counted', context: { cluster: 'counted', user: 'counted' } }],
    };
    writeFileSync(this.kubeconfig, JSON.stringify(config));
  }

  static async open(kubeconfig: string): Promise<CountingProxy> {
    const proxy = spawn(programPath('kubectl'), ['proxy', '--port=0'], {
      env: { ...process.env, KUBECONFIG: kubeconfig },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const port = await new Promise<number>((resolve, reject) => {
      proxy.on('error', reject);
      proxy.stdout.on('data', (piece: Buffer) => {
        const found = /:(\d+)/.exec(piece.toString())?.[1];
        if (found !== undefined) resolve(Number(found));
      });
    });
    const [cert, key] = ['crt', 'key'].map((end) => readFileSync(at('pki', `apiserver.${end}`)));
    const server = createServer({ cert, key });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new CountingProxy(proxy, port, server);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#proxy.kill();
  }
}
