import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Storage, type StoragePlugin, silentLogger } from '@orchestrate/core';
import azure from '@orchestrate/storage-azure';
import gcs from '@orchestrate/storage-gcs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EnsembleWorkspace } from '../support/ensemble.ts';
import { addressTowards, Forwarder } from '../support/forwarder.ts';
import { expectEnd } from '../support/sober.ts';

const SECRET = '${secret:AZURE}';

const SLOW = { timeout: 180_000 };

/** Reads a variable that the beds have set; a live test without its bed has not run, and fails. */
function given(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`${name} is not set; npm run test:live brings up the beds`);
  return value;
}

/** A bucket or a container that the leader and the nodes of the cluster reach under one address. */
interface Service {
  readonly name: 'gcs' | 'azure';
  readonly plugin: StoragePlugin;
  /** Address of the emulator, on the loopback of this machine. */
  readonly port: () => number;
  /** As they stand in a project file, with the connection string as a secret. */
  readonly options: (host: string) => Readonly<Record<string, unknown>>;
  readonly env: (host: string) => Readonly<Record<string, string>>;
}

/** Of an emulator's address or connection string. */
function portIn(text: string): number {
  return Number(/127\.0\.0\.1:([0-9]+)/.exec(text)?.[1]);
}

const SERVICES: readonly Service[] = [
  {
    name: 'gcs',
    plugin: gcs,
    port: () => portIn(given('ORCHESTRATE_TESTBED_GCS')),
    options: (host) => ({
      bucket: given('ORCHESTRATE_TESTBED_GCS_BUCKET'),
      endpoint: `http://${host}`,
      anonymous: true,
    }),
    env: () => ({}),
  },
  {
    name: 'azure',
    plugin: azure,
    port: () => portIn(given('ORCHESTRATE_TESTBED_AZURE')),
    options: () => ({
      container: given('ORCHESTRATE_TESTBED_AZURE_CONTAINER'),
      connectionString: SECRET,
    }),
    env: (host) => {
      const text = given('ORCHESTRATE_TESTBED_AZURE');
      return { ORCHESTRATE_SECRET_AZURE: text.replace(`127.0.0.1:${portIn(text)}`, host) };
    },
  },
];

/** The cluster of the bed, whose jobs do not see the folder of the project. */
function cluster(): Readonly<Record<string, unknown>> {
  const bed = given('ORCHESTRATE_TESTBED_SLURM');
  const { logins } = JSON.parse(readFileSync(join(bed, 'bed.json'), 'utf8')) as {
    readonly logins: readonly { readonly host: string }[];
  };
  return {
    use: 'slurm',
    ssh: {
      host: logins[0]?.host,
      user: 'orchestrate-tester',
      identityFile: `${bed}/secrets/user-key`,
      knownHosts: `${bed}/etc/known_hosts`,
    },
    workdir: `${bed}/scratch/staging-${process.pid}`,
    defaults: { partition: 'short', account: 'science' },
  };
}

const MODULE = `
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
export function count(args, { inputs, outputs }) {
  const names = readdirSync(inputs.store).sort();
  writeFileSync(outputs.count, names.map((name) => readFileSync(inputs.store + '/' + name, 'utf8')).join(''));
  return { files: names.length };
}
`;

const TASKS = {
  make: {
    inputs: { text: 'far:PREFIX/in.txt' },
    outputs: { store: 'far:PREFIX/store/' },
    run: 'for i in 1 2 3; do tr a-z A-Z < {{ inputs.text }} > {{ outputs.store }}/$i; done; echo made on $(pwd)',
  },
  count: {
    needs: 'make',
    inputs: { store: 'far:PREFIX/store/' },
    outputs: { count: 'far:PREFIX/count.txt' },
    call: './work.mjs#count',
  },
};

describe.each(SERVICES)(
  'jobs that move their files themselves, to and from $name',
  SLOW,
  (service) => {
    const prefix = `staging/${process.pid}-${Date.now()}`;
    let storage: Storage;
    let forwarder: Forwarder;
    const options = () => service.options(forwarder.host);
    const env = () => service.env(forwarder.host);

    beforeAll(async () => {
      forwarder = await Forwarder.open(service.port(), addressTowards('oslurm-f'));
      const secret = JSON.stringify(env()['ORCHESTRATE_SECRET_AZURE'] ?? '');
      const text = JSON.stringify(options()).replace(JSON.stringify(SECRET), () => secret);
      storage = await service.plugin.create(service.plugin.config.parse(JSON.parse(text)), {
        name: 'far',
        projectDirectory: '/',
        stateDirectory: '/tmp',
        log: silentLogger,
        clock: { now: () => Date.now(), monotonic: () => performance.now() },
        random: Math.random,
      });
    });

    afterAll(async () => {
      await storage?.[Symbol.asyncDispose]();
      forwarder?.close();
    });

    async function textOf(key: string): Promise<string> {
      const pieces: Uint8Array[] = [];
      for await (const piece of storage.read(key)) pieces.push(piece);
      return Buffer.concat(pieces).toString();
    }

    it.each([
      ['on this machine', 'local'],
      ['on a cluster that does not see the project', 'hpc'],
    ])('%s', async (_where, backend) => {
      const at = `${prefix}/${backend}`;
      using workspace = new EnsembleWorkspace({ 'work.mjs': MODULE });
      const project = {
        name: 'trial',
        plugins: [
          '@orchestrate/storage-gcs',
          '@orchestrate/storage-azure',
          '@orchestrate/backend-slurm',
        ],
        storage: { far: { use: service.name, ...options() } },
        backends: { hpc: cluster() },
        run: { staging: 'job' },
        defaults: { backend },
        flows: {
          work: { tasks: JSON.parse(JSON.stringify(TASKS).replaceAll('PREFIX', at)) as unknown },
        },
      };
      workspace.write('project.yaml', JSON.stringify(project, undefined, 1));
      await storage.write(`${at}/in.txt`, Buffer.from('ice'));

      const ended = await workspace.run([], { env: env() });

      expectEnd(ended, 0);
      expect(await textOf(`${at}/count.txt`)).toBe('ICEICEICE');
      const [header = ''] = (await textOf(`${at}/store/.orchestrate-manifest.jsonl`)).split('\n');
      expect(JSON.parse(header)).toMatchObject({
        state: 'complete',
        files: 3,
        by: { task: 'work.make', attempt: 1 },
      });
      // Nothing came by way of this machine.
      expect(workspace.names('.orchestrate/stage')).toEqual([]);
      const hasCache = workspace.names('.orchestrate/cache').length > 0;
      expect(hasCache).toBe(backend === 'local');
      expect((await workspace.run([], { env: env() })).counts).toMatchObject({ reused: 2 });
    });
  },
);
