import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isFlowError, type RunId } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/events/fact.ts';
import { Journal, leaveRequest } from '../../src/journal/journal.ts';
import { JournalReader } from '../../src/journal/journal-reader.ts';
import { isLed, ProjectLock, readOwner } from '../../src/journal/project-lock.ts';
import { salvageJournal } from '../../src/journal/salvage.ts';
import { journalPath, STATE_FOLDER } from '../../src/journal/state-folder.ts';
import { ProjectFolder } from '../support/project.ts';

const RUN = 'abcd1234' as RunId;
const plain = (text: string): string => text;
const entry = { id: RUN, name: 'p', project: 'd', graph: 'g', beganAt: 1 };
const child = fileURLToPath(new URL('../support/journal-child.ts', import.meta.url));

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    return isFlowError(error) ? error.code : String(error);
  }
  return undefined;
}

/** Starts the child program and answers it once it has printed a line. */
async function started(...words: string[]): Promise<ReturnType<typeof spawn>> {
  const started = spawn(process.execPath, ['--conditions=@orchestrate/source', child, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(started.stdout, 'data');
  return started;
}

describe('a journal', () => {
  it('gives back what was appended, in order and with its times', () => {
    using folder = new ProjectFolder();
    using journal = Journal.open(folder.path, plain);
    journal.addRun(entry);
    const facts: Fact[] = [
      { type: 'queued', jobs: [1, [3, 9]] },
      { type: 'skipped', tasks: [4], because: 2 },
    ];

    journal.append(RUN, 5, facts);
    journal.append(RUN, 6, [{ type: 'run-ended', outcome: 'failed' }]);

    const read = [...journal.reader.entries(RUN)];
    expect(read.map(({ sequence }) => sequence)).toEqual([0, 1, 2]);
    expect(read.map(({ at }) => at)).toEqual([5, 5, 6]);
    expect(read.slice(0, 2).map(({ fact }) => fact)).toEqual(facts);
    expect(journal.reader.lastRun()).toMatchObject({ outcome: 'failed', endedAt: 6 });
  });

  it('writes and answers facts without secrets', () => {
    using folder = new ProjectFolder();
    using journal = Journal.open(folder.path, (text) => text.replaceAll('hush-hush', '***'));
    journal.addRun(entry);

    const [written] = journal.append(RUN, 1, [
      { type: 'doubted', jobs: [1], reason: 'token hush-hush refused' },
    ]);

    expect(written?.fact).toMatchObject({ reason: 'token *** refused' });
    journal[Symbol.dispose]();
    expect(readFileSync(journalPath(folder.path)).includes('hush-hush')).toBe(false);
  });

  it('keeps every batch that was acknowledged when its process is killed', async () => {
    using folder = new ProjectFolder();
    const writer = await started('append', folder.path);
    let printed = '';
    writer.stdout?.on('data', (piece: Buffer) => {
      printed += piece.toString();
    });
    while (printed.split('\n').length < 20) await once(writer.stdout!, 'data');

    writer.kill('SIGKILL');
    await once(writer, 'close');

    const acknowledged = Number(printed.trim().split('\n').at(-1));
    using reader = JournalReader.open(journalPath(folder.path));
    const sequences = [...reader.entries(RUN)].map(({ sequence }) => sequence);
    expect(sequences.length).toBeGreaterThan(acknowledged);
    expect(sequences).toEqual(sequences.map((_, at) => at));
    expect(sequences.length % 3).toBe(0);
  });

  it('can be written on after its write-ahead log was cut in the middle', () => {
    using folder = new ProjectFolder();
    const file = journalPath(folder.path);
    {
      const journal = Journal.open(folder.path, plain);
      journal.addRun(entry);
      for (let at = 0; at < 50; at += 1) journal.append(RUN, at, [{ type: 'queued', jobs: [at] }]);
      const [db, wal] = [readFileSync(file), readFileSync(`${file}-wal`)];
      journal[Symbol.dispose]();
      writeFileSync(file, db);
      writeFileSync(`${file}-wal`, wal);
      truncateSync(`${file}-wal`, wal.length - 5000);
    }

    using journal = Journal.open(folder.path, plain);
    const kept = [...journal.reader.entries(RUN)].length;
    journal.append(RUN, 99, [{ type: 'queued', jobs: [99] }]);

    expect(kept).toBeGreaterThan(40);
    expect([...journal.reader.entries(RUN)].at(-1)).toMatchObject({ sequence: kept, at: 99 });
  });

  it('says that a damaged file is damaged, and saves what can be read', () => {
    using folder = new ProjectFolder();
    const file = journalPath(folder.path);
    {
      using journal = Journal.open(folder.path, plain);
      journal.addRun(entry);
      for (let at = 0; at < 300; at += 1) {
        journal.append(RUN, at, [{ type: 'doubted', jobs: [at], reason: 'x'.repeat(200) }]);
      }
    }
    const bytes = readFileSync(file);
    bytes.fill(0x5a, bytes.length - 3 * 4096, bytes.length - 2 * 4096);
    writeFileSync(file, bytes);

    const code = codeOf(() => {
      using journal = Journal.open(folder.path, plain);
      return [...journal.reader.entries(RUN)];
    });
    const saved = salvageJournal(file, 1);

    expect(code).toBe('JOURNAL_CORRUPT');
    expect(saved?.runs).toBe(1);
    expect(saved?.entries).toBeGreaterThan(100);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it('refuses a file that is no database, and one from the future', () => {
    using folder = new ProjectFolder();
    using other = new ProjectFolder();
    Journal.open(folder.path, plain)[Symbol.dispose]();
    Journal.open(other.path, plain).db.exec('PRAGMA user_version=99');
    writeFileSync(
      journalPath(folder.path),
      'not a database at all, but long enough to look like one',
    );

    expect(codeOf(() => Journal.open(folder.path, plain))).toBe('JOURNAL_CORRUPT');
    expect(codeOf(() => Journal.open(other.path, plain))).toBe('JOURNAL_NEWER');
    expect(codeOf(() => JournalReader.open(join(folder.path, 'none')))).toBe('JOURNAL_MISSING');
  });

  it('says so when there is no room, and has written nothing of the batch', () => {
    using folder = new ProjectFolder();
    using journal = Journal.open(folder.path, plain);
    journal.addRun(entry);
    const pages = Number(journal.db.prepare('PRAGMA page_count').get()?.['page_count']);
    journal.db.exec(`PRAGMA max_page_count=${pages + 2}`);
    const large: Fact = { type: 'doubted', jobs: [1], reason: 'x'.repeat(100_000) };

    expect(codeOf(() => journal.append(RUN, 1, [{ type: 'queued', jobs: [1] }, large]))).toBe(
      'JOURNAL_UNWRITABLE',
    );
    expect([...journal.reader.entries(RUN)]).toEqual([]);
    journal.append(RUN, 2, [{ type: 'queued', jobs: [2] }]);
    expect([...journal.reader.entries(RUN)]).toHaveLength(1);
  });

  it('says so when its folder cannot be made', () => {
    using folder = new ProjectFolder();
    writeFileSync(join(folder.path, STATE_FOLDER), 'in the way');

    expect(codeOf(() => Journal.open(folder.path, plain))).toBe('JOURNAL_UNWRITABLE');
    expect(codeOf(() => ProjectLock.take(join(folder.path, STATE_FOLDER), 1))).toBe(
      'JOURNAL_UNWRITABLE',
    );
  });

  it('can be followed while it is written, to the end of the run', async () => {
    using folder = new ProjectFolder();
    using journal = Journal.open(folder.path, plain);
    journal.addRun(entry);
    journal.append(RUN, 1, [{ type: 'queued', jobs: [1] }]);
    using reader = JournalReader.open(journalPath(folder.path));
    const seen: string[] = [];

    for await (const batch of reader.follow(RUN)) {
      seen.push(...batch.map(({ fact }) => fact.type));
      if (seen.length === 1) journal.append(RUN, 2, [{ type: 'started', jobs: [1] }]);
      if (seen.length === 2) journal.append(RUN, 3, [{ type: 'run-ended', outcome: 'succeeded' }]);
    }

    expect(seen).toEqual(['queued', 'started', 'run-ended']);
  });

  it('hands requests of other processes to the leader once', () => {
    using folder = new ProjectFolder();
    using journal = Journal.open(folder.path, plain);
    journal.addRun(entry);

    leaveRequest(folder.path, RUN, 1, { request: 'cancel', tasks: [3] });

    expect(journal.takeRequests(RUN)).toEqual([{ request: 'cancel', tasks: [3] }]);
    expect(journal.takeRequests(RUN)).toEqual([]);
  });
});

describe('the lead of a project', () => {
  it('is held by one process and free again the moment that process is killed', async () => {
    using folder = new ProjectFolder();
    const state = join(folder.path, STATE_FOLDER);
    const holder = await started('lock', state);

    const code = codeOf(() => ProjectLock.take(state, 1));
    const [isLedBefore, owner] = [isLed(state), readOwner(state)];
    holder.kill('SIGKILL');
    await once(holder, 'close');

    expect(code).toBe('RUN_LOCKED');
    expect(isLedBefore).toBe(true);
    expect(owner?.pid).toBe(holder.pid);
    expect(isLed(state)).toBe(false);
    using lock = ProjectLock.take(state, 2);
    expect(lock).toBeInstanceOf(ProjectLock);
    expect(isLed(state)).toBe(true);
    expect(readOwner(state)).toMatchObject({ pid: process.pid, since: 2 });
  });
});
