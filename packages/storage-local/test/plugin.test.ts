import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTRACT_VERSION, type PluginContext, silentLogger } from '@orchestrate/core';
import plugin from '@orchestrate/storage-local';
import { describe, expect, it } from 'vitest';

describe('the plugin', () => {
  it('is called local, keeps to the contract and has defaults', () => {
    const parsed = plugin.config.parse({});

    expect([plugin.kind, plugin.name, plugin.contract]).toEqual([
      'storage',
      'local',
      CONTRACT_VERSION,
    ]);
    expect(parsed).toEqual({ path: '.', fsync: true });
  });

  it('refuses options it does not know', () => {
    expect(plugin.config.safeParse({ paht: 'x' }).success).toBe(false);
    expect(plugin.config.safeParse({ path: '' }).success).toBe(false);
  });

  it('resolves its path from the folder of the project', async () => {
    const projectDirectory = mkdtempSync(join(tmpdir(), 'storage-local-'));
    const context: PluginContext = {
      name: 'out',
      projectDirectory,
      stateDirectory: projectDirectory,
      log: silentLogger,
      clock: { now: () => 0, monotonic: () => 0 },
      random: () => 0,
    };
    await using store = await plugin.create(plugin.config.parse({ path: './out' }), context);

    expect(store.localPath?.('a/b')).toContain(join('out', 'a', 'b'));
    rmSync(projectDirectory, { recursive: true });
  });
});
