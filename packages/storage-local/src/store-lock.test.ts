import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreLock } from './store-lock.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-lock-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('StoreLock', () => {
  it('makes no file beside its own, so that taking it waits for no disk', () => {
    using lock = new StoreLock(join(folder, 'lock.db'));
    expect(lock.hold(() => readdirSync(folder))).toEqual(['lock.db']);
  });

  it('keeps everybody else out while it is held, and lets them in afterwards', () => {
    const path = join(folder, 'lock.db');
    using lock = new StoreLock(path);
    using other = new DatabaseSync(path, { timeout: 0 });
    lock.hold(() => expect(() => other.exec('BEGIN IMMEDIATE')).toThrow('locked'));
    other.exec('BEGIN IMMEDIATE');
  });
});
