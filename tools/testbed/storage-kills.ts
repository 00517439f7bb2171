/**
 * What is left when a process is killed in the middle of an operation, as vitest tests: nothing under its final name that is not
 * whole. Used by the live tests of the packages that are storages over a network.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Storage } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { bytesOf } from './faulty-proxy/storage-faults.ts';
import { contentOf, isWhole, type KilledOrder } from './storage-killed.ts';

/** How a storage is opened, here and by a child. */
export interface KillSubject {
  readonly module: string;
  /** Options of the storage below a prefix, with parts of `partSize` bytes. */
  config(prefix: string, partSize: number): object;
  open(prefix: string, partSize: number): Promise<Storage>;
}

const CHILD = join(import.meta.dirname, 'storage-killed.ts');
const PART = 256 * 1024;
const KILLS = 6;
const LONGEST_MS = 120;

/** Lets a child work for a moment and kills it somewhere in the middle. */
async function killOne(order: KilledOrder, wait: number): Promise<void> {
  const child = spawn(process.execPath, ['--conditions=@orchestrate/source', CHILD], {
    env: { ...process.env, KILLED: JSON.stringify(order) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await pause(wait);
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Registers the tests. */
export function storageKills(name: string, subject: () => KillSubject): void {
  describe(`${name} when its user is killed`, () => {
    it.each(['put', 'write', 'fetch', 'copy', 'delete'] as const)(
      'in the middle of a %s: whatever is there is whole',
      async (what) => {
        const { module, config, open } = subject();
        const prefix = `kills-${randomUUID()}/`;
        const folder = mkdtempSync(join(tmpdir(), 'orchestrate-kills-'));
        await using storage = await open(prefix, PART);
        try {
          await storage.write('source', contentOf(1));
          for (let kill = 0; kill < KILLS; kill += 1) {
            const wait = (LONGEST_MS * kill) / KILLS;
            await killOne({ module, config: config(prefix, PART), what, folder }, wait);
            const { objects } = await storage.list();
            for (const { key } of objects)
              expect(isWhole(await bytesOf(storage.read(key))), key).toBe(true);
            if (what !== 'fetch') continue;
            for (const file of readdirSync(folder).filter((one) => /^k\d$/.test(one)))
              expect(isWhole(readFileSync(join(folder, file))), file).toBe(true);
          }
          // Whatever was begun is in nobody's way.
          await storage.write('k0', contentOf(2));
          expect(isWhole(await bytesOf(storage.read('k0')))).toBe(true);
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      },
    );
  });
}
