/**
 * Does one thing with a storage over and over until it is killed, and prints a dot after each: the child of storage-kills.ts, which
 * tells it what in `KILLED`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Storage, type StoragePlugin, silentLogger } from '@orchestrate/core';

/** What a child is to do. */
export interface KilledOrder {
  /** Where the plugin is, and its options. */
  readonly module: string;
  readonly config: object;
  readonly what: 'put' | 'write' | 'fetch' | 'copy' | 'delete';
  /** A folder of its own. */
  readonly folder: string;
}

const LENGTH = 900_001;
const NAMES = 3;

/** The only contents there may ever be: each says at its beginning which one it is. */
export function contentOf(turn: number): Buffer {
  const content = Buffer.alloc(LENGTH, `${turn}.`);
  content.writeUInt32LE(turn);
  return content;
}

/** Whether a content is whole. */
export function isWhole(content: Buffer): boolean {
  return content.length === LENGTH && content.equals(contentOf(content.readUInt32LE()));
}

async function* pieces(content: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536);
}

async function act(storage: Storage, { what, folder }: KilledOrder, turn: number): Promise<void> {
  const key = `k${turn % NAMES}`;
  switch (what) {
    case 'put': {
      const path = join(folder, 'content');
      writeFileSync(path, contentOf(turn));
      await storage.put(path, key);
      break;
    }
    case 'write':
      await storage.write(key, pieces(contentOf(turn)));
      break;
    case 'fetch':
      await storage.fetch('source', join(folder, key));
      break;
    case 'copy':
      await storage.copy('source', key);
      break;
    case 'delete':
      await storage.copy('source', key);
      await storage.delete(key);
      break;
  }
}

if (process.argv[1]?.endsWith('storage-killed.ts') === true) {
  const order = JSON.parse(process.env['KILLED'] ?? '{}') as KilledOrder;
  const { default: plugin } = (await import(order.module)) as { readonly default: StoragePlugin };
  const storage = await plugin.create(plugin.config.parse(order.config), {
    name: 'killed',
    projectDirectory: order.folder,
    stateDirectory: order.folder,
    log: silentLogger,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    random: Math.random,
  });
  for (let turn = process.pid * 1000; ; turn += 1) {
    await act(storage, order, turn);
    process.stdout.write('.');
  }
}
