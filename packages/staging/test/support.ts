import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectStat, Storage } from '@orchestrate/core';
import { MemoryObjects, MemoryStorage } from '@orchestrate/testkit';

/** A folder that goes when the test ends. */
export class TestFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'orchestrate-staging-'));

  file(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Every file below a folder. */
export function filesIn(path: string): string[] {
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}

/** A store that counts what is asked of it; without `digests` it knows no sha256, as a service may. */
export function countedStore({ digests = true, objects = new MemoryObjects() } = {}): {
  readonly storage: Storage;
  readonly calls: Record<'stat' | 'fetch' | 'put' | 'list' | 'delete', number>;
} {
  const inner = new MemoryStorage({ objects });
  const calls = { stat: 0, fetch: 0, put: 0, list: 0, delete: 0 };
  const told = (stat: ObjectStat): ObjectStat => {
    const { sha256, ...rest } = stat;
    return digests && sha256 !== undefined ? stat : rest;
  };
  const storage: Storage = {
    traits: inner.traits,
    stat: async (...args) => {
      calls.stat += 1;
      const stat = await inner.stat(...args);
      return stat === undefined ? undefined : told(stat);
    },
    read: (...args) => inner.read(...args),
    write: async (...args) => told(await inner.write(...args)),
    put: async (...args) => {
      calls.put += 1;
      return told(await inner.put(...args));
    },
    fetch: async (...args) => {
      calls.fetch += 1;
      return told(await inner.fetch(...args));
    },
    list: async (...args) => {
      calls.list += 1;
      const page = await inner.list(...args);
      return { ...page, objects: page.objects.map(told) };
    },
    delete: async (...args) => {
      calls.delete += 1;
      await inner.delete(...args);
    },
    copy: (...args) => inner.copy(...args),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
  return { storage, calls };
}
