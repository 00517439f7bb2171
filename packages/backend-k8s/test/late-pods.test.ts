import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JobKey, jobKey, runIdFrom, silentLogger } from '@orchestrate/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { K8sConfig } from '../src/config.ts';
import { openK8sBackend } from '../src/open-backend.ts';
import { writePlainKubeconfig } from './plain-kubeconfig.ts';

/*
 * What an API server answers to a leader that comes after its jobs have ended: the Jobs at once, the pods when the test says so.
 */

const run = runIdFrom(new Uint8Array([1, 2, 3, 4, 5]));
const [done, broken, gone] = [jobKey(run, 0), jobKey(run, 1), jobKey(run, 2)];
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'k8s-late-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const logOf = (key: JobKey): string => join(folder, `${key}.log`);

const jobOf = (key: JobKey, type: string) => ({
  metadata: {
    name: key,
    resourceVersion: '1',
    annotations: { 'orchestrate.dev/log': logOf(key) },
  },
  spec: {},
  status: { conditions: [{ type, status: 'True' }] },
});

const podOf = (key: JobKey, phase: string, exitCode: number) => ({
  metadata: {
    name: `${key}-x`,
    resourceVersion: '2',
    labels: { 'batch.kubernetes.io/job-name': key, 'job-name': key },
  },
  status: { phase, containerStatuses: [{ name: 'main', state: { terminated: { exitCode } } }] },
});

/** `pods`: the answers to lists of pods, one after the other; the last one is given from then on. */
async function serverOf(jobs: readonly object[], pods: readonly (readonly object[] | 'fault')[]) {
  const waiting: ServerResponse[] = [];
  const seen = Promise.withResolvers<void>();
  let isLate = true;
  let isBroken = false;
  let lists = 0;
  const answerPods = (answer: ServerResponse): void => {
    const items = pods[Math.min(lists, pods.length - 1)] ?? [];
    lists += 1;
    if (items === 'fault') answer.writeHead(500).end('{}');
    else answer.end(JSON.stringify({ metadata: { resourceVersion: '9' }, items }));
  };
  const server = createServer((asked, answer) => {
    const { pathname, searchParams } = new URL(asked.url ?? '/', 'http://server');
    answer.setHeader('content-type', 'application/json');
    if (searchParams.get('watch') === 'true') {
      if (isBroken) answer.destroy();
      if (pathname.endsWith('/jobs')) seen.resolve();
      return;
    }
    if (pathname.endsWith('/log')) answer.end('what it printed\n');
    else if (pathname.endsWith('/jobs'))
      answer.end(JSON.stringify({ metadata: { resourceVersion: '9' }, items: jobs }));
    else if (!pathname.endsWith('/pods')) answer.writeHead(404).end('{}');
    else if (isLate) waiting.push(answer);
    else answerPods(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const kubeconfig = join(folder, 'kubeconfig');
  writePlainKubeconfig(kubeconfig, port);
  return {
    kubeconfig,
    get lists() {
      return lists;
    },
    /** Nothing that is new is told from now on. */
    break(): void {
      isBroken = true;
      server.closeAllConnections();
    },
    /** Once the list of Jobs has been taken in. */
    jobsSeen: seen.promise,
    /** Pods are answered from now on. */
    release(): void {
      isLate = false;
      for (const answer of waiting.splice(0)) answerPods(answer);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function open(kubeconfig: string) {
  return openK8sBackend(K8sConfig.parse({ kubeconfig, image: 'sea' }), {
    name: 'cluster',
    projectDirectory: folder,
    stateDirectory: join(folder, 'state'),
    clock: { now: () => 0, monotonic: () => performance.now() },
    random: () => 0.5,
    log: silentLogger,
  });
}

it('ends and logs are those of the pods, however late these are seen', async () => {
  await using server = await serverOf(
    [jobOf(done, 'Complete'), jobOf(broken, 'Failed')],
    [[podOf(done, 'Succeeded', 0), podOf(broken, 'Failed', 3)]],
  );
  await using backend = open(server.kubeconfig);
  const told: string[] = [];
  backend.watch((statuses) => told.push(...statuses.map(({ state }) => state)));

  const observed = backend.observe([done, broken]);
  await server.jobsSeen;
  server.release();

  expect(await observed).toMatchObject([
    { state: 'ended', exit: { outcome: 'succeeded' } },
    { state: 'ended', exit: { outcome: 'user-error', code: 3 } },
  ]);
  expect(readFileSync(logOf(done), 'utf8')).toBe('what it printed\n');
  expect(readFileSync(logOf(broken), 'utf8')).toBe('what it printed\n');
  expect(new Set(told)).toEqual(new Set(['ended']));
});

it('a pod that the server, asked once more, does not have is gone', async () => {
  await using server = await serverOf([jobOf(done, 'Complete'), jobOf(gone, 'Failed')], [[]]);
  await using backend = open(server.kubeconfig);
  server.release();

  expect(await backend.observe([done, gone])).toMatchObject([
    { state: 'ended', exit: { outcome: 'succeeded' } },
    { state: 'ended', exit: { outcome: 'preempted' } },
  ]);
  expect(server.lists).toBe(2);
});

it('nothing is said of a pod about which the server could not be asked', async () => {
  await using server = await serverOf(
    [jobOf(gone, 'Failed')],
    [[], 'fault', [podOf(gone, 'Failed', 3)]],
  );
  await using backend = open(server.kubeconfig);
  server.release();

  expect(await backend.observe([gone])).toMatchObject([{ state: 'unknown' }]);
  expect(await backend.observe([gone])).toMatchObject([
    { state: 'ended', exit: { outcome: 'user-error', code: 3 } },
  ]);
});

it('nothing is said of jobs while nobody hears how they are', async () => {
  await using server = await serverOf([jobOf(done, '')], [[podOf(done, 'Running', 0)]]);
  await using backend = open(server.kubeconfig);
  server.release();
  expect(await backend.observe([done])).toMatchObject([{ state: 'running' }]);

  server.break();
  await vi.waitFor(() => expect(backend.observe([done])).rejects.toThrow(/does not answer/));
});
