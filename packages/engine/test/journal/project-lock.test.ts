import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isEnding } from '../../src/journal/is-ending.ts';
import { ProjectLock } from '../../src/journal/project-lock.ts';

const SQLITE = `
const { DatabaseSync } = require('node:sqlite');
const db = new DatabaseSync(process.argv[1]);
db.exec('BEGIN EXCLUSIVE');
console.log('holds it');
setTimeout(() => db.exec('ROLLBACK'), Number(process.argv[2]));
setInterval(() => {}, 1000);
`;

/** Another process that holds the lock for a while. */
async function holding(state: string, milliseconds: number) {
  const args = ['-e', SQLITE, join(state, 'lock.db'), `${milliseconds}`];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('the lock of a project', { timeout: 60_000 }, () => {
  it('is waited for when its owner is dead and the kernel has not taken it back yet', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'orchestrate-lock-'));
    const state = join(folder, '.orchestrate');
    ProjectLock.take(state, 1)[Symbol.dispose]();
    const owner = { pid: await deadProcess(), host: hostname(), since: 1 };
    writeFileSync(join(state, 'leader.json'), JSON.stringify(owner));
    const child = await holding(state, 1500);

    try {
      using lock = ProjectLock.take(state, 2);
      expect(lock).toBeInstanceOf(ProjectLock);
    } finally {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    }
  });

  it('is refused soon when its owner lives', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'orchestrate-lock-'));
    const state = join(folder, '.orchestrate');
    ProjectLock.take(state, 1)[Symbol.dispose]();
    const child = await holding(state, 3_600_000);

    try {
      expect(() => ProjectLock.take(state, 2)).toThrow(`process ${process.pid}`);
    } finally {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a process', () => {
  it('is ending when it is gone, also while nobody has asked for its end, and not while it runs', async () => {
    expect(isEnding(process.pid)).toBe(false);
    expect(isEnding(await deadProcess())).toBe(true);
  });
});
