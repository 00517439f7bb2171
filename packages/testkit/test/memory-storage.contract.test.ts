import {
  MemoryObjects,
  MemoryStorage,
  type MemoryStorageOptions,
  storageContract,
} from '@orchestrate/testkit';
import { describe } from 'vitest';

function suite(title: string, options: MemoryStorageOptions): void {
  describe(`${title}`, () => {
    const buckets = new Map<string, MemoryObjects>();
    const bucket = (place: string): MemoryObjects => {
      const objects = buckets.get(place) ?? new MemoryObjects();
      buckets.set(place, objects);
      return objects;
    };
    const open = (place: string) => new MemoryStorage({ ...options, objects: bucket(place) });
    storageContract(open, new MemoryStorage(options).traits);
  });
}

suite('memory storage with every trait', {});
suite('memory storage without conditional create', { traits: { conditionalCreate: false } });
suite('memory storage without conditional replace', { traits: { conditionalReplace: false } });
suite('memory storage without copy', { traits: { serverCopy: false } });
suite('memory storage with folders', { folders: true });
