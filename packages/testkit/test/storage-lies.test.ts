import {
  type Storage,
  type StorageTraits,
  storageError,
  type WriteOptions,
} from '@orchestrate/core';
import {
  failingCases,
  MemoryObjects,
  MemoryStorage,
  type MemoryStorageOptions,
  STORAGE_CASES,
  storageBench,
} from '@orchestrate/testkit';
import { describe, expect, it } from 'vitest';

type Lie = (store: Storage) => Partial<Storage>;

const ALL: StorageTraits = {
  conditionalCreate: true,
  conditionalReplace: true,
  local: false,
  serverCopy: true,
};

/** A store that behaves like another one but for what the lie replaces. */
function lying(store: Storage, lie: Lie): Storage {
  const changed = lie(store);
  return new Proxy(store, {
    get(target, name) {
      if (name in changed) return Reflect.get(changed, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function broken(
  lie: Lie,
  claimed: StorageTraits = ALL,
  options: MemoryStorageOptions = {},
): Promise<readonly string[]> {
  const found = await failingCases(
    STORAGE_CASES,
    claimed,
    () => {
      const objects = new MemoryObjects();
      const open = () => {
        const store = new MemoryStorage({ ...options, objects });
        return lying(store, (plain) => ({ traits: claimed, ...lie(plain) }));
      };
      return storageBench(open, claimed);
    },
    1,
  );
  return found.map(({ name }) => name);
}

const without = (name: 'ifAbsent' | 'ifMatch' | 'sha256') => (store: Storage) => ({
  write: (key: string, content: Parameters<Storage['write']>[1], options: WriteOptions = {}) => {
    const { [name]: _dropped, ...rest } = options;
    return store.write(key, content, rest);
  },
});

describe('the storage suite', { timeout: 30_000 }, () => {
  it('finds nothing wrong with an honest store', async () => {
    expect(await broken(() => ({}))).toEqual([]);
  });

  it('notices claims of what the store refuses', async () => {
    const names = await broken(() => ({}), ALL, {
      traits: { conditionalCreate: false, conditionalReplace: false, serverCopy: false },
    });

    expect(names).toEqual(
      expect.arrayContaining([
        'lets exactly one of many racing writers create a key',
        'lets exactly one of many racing writers replace a generation',
        'copies an object within the store',
      ]),
    );
  });

  it('notices denials of what the store does', async () => {
    const claimed = {
      conditionalCreate: false,
      conditionalReplace: false,
      local: false,
      serverCopy: false,
    };

    expect(await broken(() => ({}), claimed)).toEqual(
      expect.arrayContaining([
        'refuses ifAbsent with STORAGE_UNSUPPORTED and writes nothing',
        'refuses ifMatch with STORAGE_UNSUPPORTED and changes nothing',
        'refuses to copy with STORAGE_UNSUPPORTED',
      ]),
    );
  });

  it('notices conditions that are silently ignored', async () => {
    expect(await broken(without('ifAbsent'))).toContain(
      'lets exactly one of many racing writers create a key',
    );
    expect(await broken(without('ifMatch'))).toEqual(
      expect.arrayContaining([
        'lets exactly one of many racing writers replace a generation',
        'counts right when many add one by read and conditional replace',
      ]),
    );
  });

  it('notices a condition that is looked at too early', async () => {
    const names = await broken((store) => ({
      write: async (key, content, options = {}) => {
        const there = await store.stat(key);
        if (options.ifAbsent === true && there !== undefined)
          throw storageError('STORAGE_EXISTS', `${key} is there.`);
        await new Promise(setImmediate);
        const { ifAbsent: _dropped, ...rest } = options;
        return store.write(key, content, rest);
      },
    }));

    expect(names).toContain('lets exactly one of many racing writers create a key');
  });

  it('notices digests that are not checked', async () => {
    expect(await broken(without('sha256'))).toContain(
      'publishes nothing and throws STORAGE_CORRUPT when the digest differs',
    );
  });

  it('notices a stream that is published while it is written', async () => {
    const names = await broken((store) => ({
      write: async (key, content, options = {}) => {
        if (content instanceof Uint8Array) return store.write(key, content, options);
        const pieces: Uint8Array[] = [];
        for await (const piece of content) {
          pieces.push(piece);
          await store.write(key, Buffer.concat(pieces));
        }
        return store.write(key, Buffer.concat(pieces), options);
      },
    }));

    expect(names).toEqual(
      expect.arrayContaining([
        'shows readers the old content, whole, until a slow write has finished',
        'keeps the old content when the new one fails on the way, and passes the failure on',
      ]),
    );
  });

  it('notices listings in another order, or that ignore their limit', async () => {
    const unsorted = await broken((store) => ({
      list: async (request) => {
        const page = await store.list(request);
        return { ...page, objects: [...page.objects].reverse() };
      },
    }));
    const unlimited = await broken((store) => ({
      list: ({ limit: _ignored, ...request } = {}) => store.list(request),
    }));

    expect(unsorted).toContain(
      'lists in the order that its traits say, with the stat of every object',
    );
    expect(unlimited).toContain('gives the same listing in pages of any size, each entry once');
  });

  it('notices keys that are not checked, and a generation that stays', async () => {
    const lax = await broken((store) => ({
      stat: (key, options) => (key === '' ? Promise.resolve(undefined) : store.stat(key, options)),
    }));
    const stuck = await broken((store) => ({
      write: async (...args) => ({ ...(await store.write(...args)), generation: '1' }),
      stat: async (...args) => {
        const stat = await store.stat(...args);
        return stat === undefined ? undefined : { ...stat, generation: '1' };
      },
    }));

    expect(lax).toContain('refuses every malformed key with STORAGE_KEY in every method');
    expect(stuck).toContain(
      'changes the generation whenever the content changes, and never uses one again',
    );
  });

  it('notices a delete that fails for a missing object', async () => {
    const names = await broken((store) => ({
      delete: async (key, options) => {
        if ((await store.stat(key)) === undefined)
          throw storageError('STORAGE_NOT_FOUND', `There is no ${key}.`);
        await store.delete(key, options);
      },
    }));

    expect(names).toContain('deletes an object, and does not mind when there is none');
  });
});
