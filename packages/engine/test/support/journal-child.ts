import { mkdirSync } from 'node:fs';
import type { RunId } from '@orchestrate/core';
import { Journal } from '../../src/journal/journal.ts';
import { ProjectLock } from '../../src/journal/project-lock.ts';

// Killed by a test: appends batches of three facts for ever, printing a number after each, or holds the lock of a folder.
const [what, where = ''] = process.argv.slice(2);
const RUN = 'abcd1234' as RunId;

if (what === 'lock') {
  mkdirSync(where, { recursive: true });
  const lock = ProjectLock.take(where, 1);
  process.stdout.write('locked\n');
  setInterval(() => lock, 1000);
} else {
  const journal = Journal.open(where, (text) => text);
  journal.addRun({ id: RUN, name: 'p', project: 'd', graph: 'g', beganAt: 1 });
  for (let at = 0; ; at += 3) {
    journal.append(
      RUN,
      at,
      [at, at + 1, at + 2].map((job) => ({ type: 'queued', jobs: [job] })),
    );
    process.stdout.write(`${at}\n`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
