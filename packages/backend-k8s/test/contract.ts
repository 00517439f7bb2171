import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ComputeBackend, silentLogger } from '@orchestrate/core';
import { type Act, backendContract, posixAct } from '@orchestrate/testkit';
import { afterAll, beforeAll, vi } from 'vitest';
import { K8sConfig } from '../src/config.ts';
import { openK8sBackend } from '../src/open-backend.ts';
import { bed, namespace } from './trial.ts';

/** Where the functions of the suite are. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
const { kubeconfig, image } = bed();

vi.setConfig({ hookTimeout: 180_000 });

/**
 * With cgroup v1, which the bed may have, only the process that is too large is killed, and a shell around it goes on: here it
 * is the work itself.
 */
function render(act: Act) {
  if (act.do !== 'fill-memory') return posixAct(act);
  const program = `const all = []; for (let n = 0; n < ${act.bytes}; n += 1e6) all.push(Buffer.alloc(1e6, 1)); setInterval(() => all, 1e6);`;
  return { kind: 'command', argv: ['node', '-e', program] } as const;
}

/** Every command says that it is short, so that it shares pods with others. */
function withTime(backend: ComputeBackend): ComputeBackend {
  const submit = backend.submit.bind(backend);
  backend.submit = (jobs, options) =>
    submit(
      jobs.map((job) => ({ ...job, resources: { timeSeconds: LONG_SECONDS, ...job.resources } })),
      options,
    );
  return backend;
}

const LONG_SECONDS = 3_000;

/** Jobs that share pods; the suite says of each that it is short. */
export const PACK = { pods: 3, least: 1, seconds: LONG_SECONDS, tasks: 300 } as const;

/** The contract of backends in a namespace of its own: the suite kills leaders that nobody follows, and so leaves Jobs behind. */
export function keepsContract(name: string, pack: typeof PACK | false): void {
  let place: Awaited<ReturnType<typeof namespace>>;
  beforeAll(async () => {
    place = await namespace(name);
  });
  afterAll(() => place[Symbol.asyncDispose]());

  backendContract(
    (place) => {
      mkdirSync(place, { recursive: true });
      const config = K8sConfig.parse({
        kubeconfig,
        image,
        namespace: name,
        graceSeconds: 1,
        pack,
        // The bed has one node, which is this machine.
        volumes: Object.fromEntries(
          [tmpdir(), ROOT].map((path, index) => [
            `v${index}`,
            { mountPath: path, hostPath: { path } },
          ]),
        ),
        maxLiveJobs: 300,
      });
      const backend = openK8sBackend(config, {
        name: 'k8s',
        projectDirectory: place,
        stateDirectory: join(place, 'state'),
        log: silentLogger,
        clock: { now: () => Date.now(), monotonic: () => performance.now() },
        random: Math.random,
      });
      return pack === false ? backend : withTime(backend);
    },
    {
      work: ['command', 'shell', 'functions'],
      containers: true,
      sharedFilesystem: true,
      pushes: true,
      enforcesTime: true,
      enforcesMemory: true,
      outlivesLeader: true,
      settleSeconds: 5,
      maxLiveJobs: 300,
      pollSeconds: 10,
    },
    { patienceSeconds: 120, image, render },
  );
}
