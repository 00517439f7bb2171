import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { bringUp, kubectl } from './bed.ts';
import { startDaemon, stopDaemon } from './daemons.ts';
import { ADDRESS, IMAGE } from './layout.ts';

// Only a hang should end a test: the machine may be busy with other things.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 600_000 });

const NAMESPACE = 'bed-trial';

function apply(...objects: readonly object[]): void {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  if (kubectl(['apply', '-f', '-'], list) === undefined) throw new Error('kubectl apply failed');
}

/** What kubectl says of something once it says something. */
async function until(what: string, ask: () => string | undefined): Promise<string> {
  const end = performance.now() + 120_000;
  for (;;) {
    const said = ask();
    if (said !== undefined && said !== '') return said;
    if (performance.now() > end) throw new Error(`${what}: not within 120 s`);
    await wait(200);
  }
}

function pod(name: string, command: readonly string[], more: object = {}): object {
  const container = { name: 'main', image: IMAGE, command, ...more };
  const spec = { restartPolicy: 'Never', containers: [container] };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: NAMESPACE }, spec };
}

const ended = (name: string, field: string): Promise<string> =>
  until(`the end of ${name}`, () => {
    const path = `jsonpath={.status.containerStatuses[0].state.terminated.${field}}`;
    return kubectl(['-n', NAMESPACE, 'get', 'pod', name, '-o', path]);
  });

beforeAll(async () => {
  const bed = await bringUp();
  if ('reason' in bed) throw new Error(`did not run: kubernetes (${bed['reason']})`);
  apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  await until('the account of the namespace', () =>
    kubectl(['-n', NAMESPACE, 'get', 'serviceaccount', 'default', '-o', 'name']),
  );
});

afterAll(() => {
  kubectl(['delete', 'namespace', NAMESPACE]);
});

describe('the bed', () => {
  test('runs programs of its image, keeps what they print and tells how they ended', async () => {
    apply(pod('prints', ['/bin/sh', '-c', 'echo out; node --version; exit 3']));

    expect(await ended('prints', 'exitCode')).toBe('3');
    expect(kubectl(['-n', NAMESPACE, 'logs', 'prints'])).toMatch(/^out\nv2\d+\./);
  });

  test('kills what takes more memory than it asked for', async () => {
    const eat = ['node', '-e', 'const all = []; for (;;) all.push(Buffer.alloc(1e7, 1));'];
    apply(pod('eats', eat, { resources: { limits: { memory: '64Mi' } } }));

    expect(await ended('eats', 'reason')).toBe('OOMKilled');
  });

  test('lets pods reach the API server with the account they have, and nobody without rights', async () => {
    const script = `
      const { readFileSync } = require('node:fs');
      const place = '/var/run/secrets/kubernetes.io/serviceaccount/';
      const authorization = 'Bearer ' + readFileSync(place + 'token', 'utf8');
      const ask = (path) => new Promise((resolve, reject) => require('node:https')
        .get({ host: '${ADDRESS}', path, ca: readFileSync(place + 'ca.crt'), headers: { authorization, connection: 'close' } },
          (answer) => resolve(answer.resume().statusCode)).on('error', reject));
      ask('/version').then(async (one) => console.log(one, await ask('/api/v1/pods')));`;
    apply(pod('asks', ['node', '-e', script]));

    expect(await ended('asks', 'exitCode')).toBe('0');
    expect(kubectl(['-n', NAMESPACE, 'logs', 'asks'])).toBe('200 403\n');
  });

  test('goes on where it was after its API server was killed', async () => {
    apply(pod('outlives', ['/bin/sh', '-c', 'sleep 4; echo well']));
    await until('the start', () => {
      const path = 'jsonpath={.status.containerStatuses[0].state.running.startedAt}';
      return kubectl(['-n', NAMESPACE, 'get', 'pod', 'outlives', '-o', path]);
    });

    stopDaemon('kube-apiserver');
    expect(kubectl(['get', 'nodes'])).toBeUndefined();
    expect(await startDaemon('kube-apiserver')).toBeUndefined();

    expect(await ended('outlives', 'exitCode')).toBe('0');
    expect(kubectl(['-n', NAMESPACE, 'logs', 'outlives'])).toBe('well\n');
  });
});
