import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Storage, storageError, type TaskSpec } from '@orchestrate/core';
import { MemoryStorage } from '@orchestrate/testkit';
import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../src/drive/run-types.ts';
import { copier, finished, PROGRAMS } from '../support/chain.ts';
import { DiskStorage } from '../support/disk-storage.ts';
import { type Program, ProgramBackend } from '../support/program-backend.ts';
import { ProjectFolder, requestFor, setOf } from '../support/project.ts';

const chunks: Program = (_job, [folder = '', ...names]) => {
  for (const name of names) writeFileSync(join(folder, name), `chunk ${name}`);
};
const count: Program = (_job, [from = '', to = '']) =>
  writeFileSync(
    to,
    readdirSync(from)
      .sort((a, b) => a.localeCompare(b))
      .join(' '),
  );
const tell: Program = (_job, [from = '', to = '']) => writeFileSync(to, from);

function backend(): ProgramBackend {
  return new ProgramBackend({ ...PROGRAMS, chunks, count, tell });
}

/** A task that makes a folder of chunks. */
function maker(...names: string[]): TaskSpec {
  return {
    work: { kind: 'command', argv: ['chunks', '{{ outputs.store }}', ...names] },
    outputs: [{ name: 'store', address: 'far:out/a.zarr/' }],
  };
}

const COUNTER: TaskSpec = {
  work: { kind: 'command', argv: ['count', '{{ inputs.store }}', '{{ outputs.to }}'] },
  inputs: [{ name: 'store', address: 'far:out/a.zarr/' }],
  outputs: [{ name: 'to', address: 'local:count.txt' }],
};

function request(
  folder: ProjectFolder,
  far: Storage,
  sets: ReturnType<typeof setOf>[],
  runs = backend(),
) {
  const storages = new Map<string, Storage>([
    ['local', new DiskStorage(folder.path)],
    ['far', far],
  ]);
  return requestFor(folder, sets, { backend: runs, storages });
}

async function run(
  folder: ProjectFolder,
  far: Storage,
  sets: ReturnType<typeof setOf>[],
): Promise<RunSummary> {
  return finished(request(folder, far, sets));
}

const made = (...names: string[]) => setOf('flow.make', [maker(...names)], { hasInputs: false });
const counted = () => setOf('flow.count', [COUNTER], { needs: [{ set: 'flow.make', how: 'all' }] });

describe('inputs and outputs in another storage', () => {
  it('come and go as whole folders, with a manifest that says who made them', async () => {
    using folder = new ProjectFolder();
    const far = new MemoryStorage();

    const summary = await run(folder, far, [made('0.0', '0.1'), counted()]);

    expect(summary.outcome).toBe('succeeded');
    expect(readFileSync(join(folder.path, 'count.txt'), 'utf8')).toBe('0.0 0.1');
    const manifest = await textOf(far, 'out/a.zarr/.orchestrate-manifest.jsonl');
    const [header = ''] = manifest.split('\n');
    expect(JSON.parse(header)).toMatchObject({
      state: 'complete',
      files: 2,
      by: { project: 'project', run: summary.run, task: 'flow.make', attempt: 1 },
    });
    expect(existsSync(join(folder.path, '.orchestrate/stage', summary.run))).toBe(false);
  });

  it('are fetched once for many tasks', async () => {
    using folder = new ProjectFolder();
    const far = new MemoryStorage();
    await far.write('in.txt', Buffer.from('text'));
    let fetches = 0;
    const fetched = far.fetch.bind(far);
    far.fetch = (...args) => {
      fetches += 1;
      return fetched(...args);
    };
    const tasks = Array.from({ length: 20 }, (_, at) =>
      copier('far:in.txt', `local:out/${at}.txt`),
    );

    const summary = await run(folder, far, [setOf('flow.copy', tasks)]);

    expect(summary.outcome).toBe('succeeded');
    expect(readFileSync(join(folder.path, 'out/19.txt'), 'utf8')).toBe('text!');
    expect(fetches).toBe(1);
  });

  it('leave nothing of an earlier, larger version behind', async () => {
    using folder = new ProjectFolder();
    const far = new MemoryStorage();
    await run(folder, far, [made('0.0', '0.1', '0.2'), counted()]);

    const summary = await run(folder, far, [made('0.0', '0.1'), counted()]);

    expect(summary.outcome).toBe('succeeded');
    expect(readFileSync(join(folder.path, 'count.txt'), 'utf8')).toBe('0.0 0.1');
    expect(await far.stat('out/a.zarr/0.2')).toBeUndefined();
  });

  it('are used again when nothing changed', async () => {
    using folder = new ProjectFolder();
    const far = new MemoryStorage();
    await run(folder, far, [made('0.0'), counted()]);
    const again = backend();

    const summary = await finished(request(folder, far, [made('0.0'), counted()], again));

    expect(summary.outcome).toBe('succeeded');
    expect(again.submitted).toEqual([]);
  });

  it('fail their task with the name of a file that is missing from a folder', async () => {
    using folder = new ProjectFolder();
    const far = new MemoryStorage();
    await run(folder, far, [made('0.0', '0.1'), counted()]);
    await far.delete('out/a.zarr/0.1');
    // With its content at hand the task would get what the manifest promises.
    rmSync(join(folder.path, '.orchestrate/cache'), { recursive: true });
    const reader = setOf('flow.count', [
      { ...COUNTER, outputs: [{ name: 'to', address: 'local:again.txt' }] },
    ]);

    const summary = await run(folder, far, [reader]);

    expect(summary.outcome).toBe('failed');
    expect(summary.failures[0]?.message).toContain('out/a.zarr/0.1');
  });

  it('are not read from a folder that is half replaced', async () => {
    using folder = new ProjectFolder();
    const far = new MemoryStorage();
    await run(folder, far, [made('0.0', '0.1')]);
    const key = 'out/a.zarr/.orchestrate-manifest.jsonl';
    const manifest = await textOf(far, key);
    await far.write(key, Buffer.from(manifest.replace('"complete"', '"replacing"')));

    const summary = await run(folder, far, [setOf('flow.count', [COUNTER])]);

    expect(summary.outcome).toBe('failed');
    expect(summary.failures[0]?.message).toContain('far:out/a.zarr/ is not whole');
  });

  it('are published again where a store was away in the middle of it', async () => {
    using folder = new ProjectFolder();
    const far = new MemoryStorage();
    const put = far.put.bind(far);
    let isAway = true;
    far.put = (path, key, options) => {
      if (!isAway || !key.endsWith('0.1')) return put(path, key, options);
      isAway = false;
      return Promise.reject(storageError('STORAGE_UNAVAILABLE', 'away'));
    };

    const summary = await run(folder, far, [made('0.0', '0.1', '0.2'), counted()]);

    expect(summary.outcome).toBe('succeeded');
    expect(readFileSync(join(folder.path, 'count.txt'), 'utf8')).toBe('0.0 0.1 0.2');
  });

  it('are handed over as URLs where a task wants that', async () => {
    using folder = new ProjectFolder();
    const far: Storage = Object.assign(new MemoryStorage(), {
      url: (key: string) => `mem://bucket/${key}`,
    });
    await far.write('in.txt', Buffer.from('text'));
    mkdirSync(join(folder.path, 'data'));
    writeFileSync(join(folder.path, 'data/here.txt'), 'here');
    const teller = (address: string, to: string): TaskSpec => ({
      work: { kind: 'command', argv: ['tell', '{{ inputs.from }}', '{{ outputs.to }}'] },
      inputs: [{ name: 'from', address, as: 'address' }],
      outputs: [{ name: 'to', address: to }],
    });
    const runs = backend();

    const summary = await finished(
      request(
        folder,
        far,
        [
          setOf('flow.tell', [
            teller('far:in.txt', 'local:url.txt'),
            teller('local:data/here.txt', 'local:path.txt'),
          ]),
        ],
        runs,
      ),
    );

    expect(summary.outcome).toBe('succeeded');
    expect(readFileSync(join(folder.path, 'url.txt'), 'utf8')).toBe('mem://bucket/in.txt');
    expect(readFileSync(join(folder.path, 'path.txt'), 'utf8')).toBe(
      join(folder.path, 'data/here.txt'),
    );
    expect(runs.submitted.flatMap(({ reads }) => reads ?? [])).toEqual([
      join(folder.path, 'data/here.txt'),
    ]);
  });

  it('are handed over under the path where jobs find them mounted, and nobody brings them', async () => {
    using folder = new ProjectFolder();
    const far = Object.assign(new MemoryStorage(), {
      mountPath: (key: string) => `/mnt/far/${key}`,
    });
    await far.write('store/0', Buffer.from('text'));
    const spec: TaskSpec = {
      work: { kind: 'command', argv: ['tell', '{{ inputs.from }}', '{{ outputs.to }}'] },
      inputs: [{ name: 'from', address: 'far:store/', as: 'mount' }],
      outputs: [{ name: 'to', address: 'local:path.txt' }],
    };
    const runs = backend();

    const summary = await finished(request(folder, far, [setOf('flow.tell', [spec])], runs));

    expect(summary.outcome).toBe('succeeded');
    expect(readFileSync(join(folder.path, 'path.txt'), 'utf8')).toBe('/mnt/far/store');
    expect(runs.submitted.flatMap(({ reads }) => reads ?? [])).toEqual([]);
  });

  it.each([
    ['address', 'storage far has no URLs'],
    ['mount', 'storage far does not say where jobs find it mounted'],
  ] as const)('that cannot be handed over as %s are refused as such', async (as, message) => {
    using folder = new ProjectFolder();
    const far = new MemoryStorage();
    await far.write('in.txt', Buffer.from('text'));
    const spec: TaskSpec = {
      work: { kind: 'command', argv: ['tell', '{{ inputs.from }}'] },
      inputs: [{ name: 'from', address: 'far:in.txt', as }],
    };

    const summary = await run(folder, far, [setOf('flow.tell', [spec])]);

    expect(summary.failures[0]?.message).toContain(message);
  });
});

async function textOf(storage: Storage, key: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of storage.read(key)) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}
