import { createHash } from 'node:crypto';
import { type ObjectStat, type Storage, silentLogger, storageError } from '@orchestrate/core';
import { loadProject } from '@orchestrate/engine/project';
import { describe, expect, it } from 'vitest';
import { OutputDigests } from '../src/record/output-digests.ts';
import { BUILTINS } from '../src/session/builtins.ts';
import { openProviders } from '../src/session/open-providers.ts';
import { Project } from './command-line.ts';

const SHA256 = createHash('sha256').update('four').digest('hex');

interface Trial {
  readonly storage: Storage;
  readonly stat: ObjectStat;
}

/** A storage on this machine with one object, and what it knows of it. */
async function inStorage(body: (trial: Trial) => Promise<void>): Promise<void> {
  using project = new Project({
    'project.yaml': 'name: d\nflows: { f: { tasks: { t: { run: echo } } } }\n',
  });
  const loaded = await loadProject({
    file: 'project.yaml',
    cwd: project.folder,
    env: {},
    builtins: BUILTINS,
  });
  await using open = await openProviders(loaded, silentLogger);
  const storage = open.providers.storages.get('local');
  if (storage === undefined) throw new TypeError('expected the built-in storage');
  const stat = await storage.write('four.txt', Buffer.from('four'));
  await body({ storage, stat });
}

/** The storage as a service would be: its objects are no files of this machine, and reading them costs. */
function asService(storage: Storage, stat: Storage['stat']): Storage {
  const service: Partial<Storage> = {
    traits: { ...storage.traits, local: false },
    stat,
    read: () => {
      throw new TypeError('an object of a service was read');
    },
  };
  return service as Storage;
}

function outputOf({ bytes, generation }: ObjectStat) {
  return { name: 'out', address: 'local:four.txt', bytes, generation };
}

describe('digests of outputs', () => {
  it('are read from files of this machine, as long as they are what the run left', async () => {
    await inStorage(async ({ storage, stat }) => {
      const digests = new OutputDigests(new Map([['local', storage]]), 4);
      const output = outputOf(stat);

      expect(await digests.of(output)).toEqual({ check: 'same', sha256: SHA256 });
      expect(await digests.of(output)).toEqual({ check: 'same' });
      expect(await digests.of({ ...output, generation: '1-1' })).toEqual({ check: 'changed' });
      expect(await digests.of({ ...output, address: 'local:five.txt' })).toEqual({
        check: 'missing',
      });
      expect(digests.counts).toMatchObject({ withDigest: 1, overBound: 1, changed: 1, missing: 1 });
    });
  });

  it('of a service are what it knows: objects are asked about, never read', async () => {
    await inStorage(async ({ storage, stat }) => {
      const knowing = asService(storage, async () => ({ ...stat, sha256: SHA256 }));
      const ignorant = asService(storage, async () => stat);
      const of = (one: Storage) =>
        new OutputDigests(new Map([['local', one]]), Number.POSITIVE_INFINITY).of(outputOf(stat));

      expect(await of(knowing)).toEqual({ check: 'same', sha256: SHA256 });
      expect(await of(ignorant)).toEqual({ check: 'same' });
    });
  });

  it('are left out, and counted, where a service does not answer or is asked too much', async () => {
    await inStorage(async ({ storage, stat }) => {
      let calls = 0;
      const away = asService(storage, () => {
        calls += 1;
        return Promise.reject(storageError('STORAGE_UNAVAILABLE', 'it is away'));
      });
      const digests = new OutputDigests(new Map([['local', away]]), 4);
      for (let at = 0; at < 10_002; at += 1) await digests.of(outputOf(stat));

      expect(calls).toBe(10_000);
      expect(digests.counts).toMatchObject({ failed: 10_000, unasked: 2, withDigest: 0 });
    });
  });

  it('are not looked for in folders and in storages that are gone', async () => {
    await inStorage(async ({ storage, stat }) => {
      const digests = new OutputDigests(new Map([['local', storage]]), 4);
      const output = outputOf(stat);

      expect(await digests.of({ ...output, address: 'local:folder/' })).toEqual({
        check: 'unchecked',
      });
      expect(await digests.of({ ...output, address: 'attic:four.txt' })).toEqual({
        check: 'unchecked',
      });
    });
  });
});
