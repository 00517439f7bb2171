import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seeded, seedOf } from '../support/chance.ts';
import { expectEnd, expectSober } from '../support/sober.ts';
import { until } from '../support/until.ts';
import { RAN_ONCE, WAITING_CHAIN } from '../support/waiting-chain.ts';
import { type Ended, Workspace } from '../support/workspace.ts';

const seed = seedOf();
const random = seeded(seed);
const PAGE = 4096;

type Damage = (journal: string) => void;

/** Where the last transactions begin, as a part of the whole. */
const LATE = 0.75;

function cut(file: string, from = 0): void {
  const bytes = readFileSync(file).length;
  truncateSync(file, Math.floor((from + random() * (1 - from)) * bytes));
}

/** Overwrites a stretch of a file with noise. */
function spoil(file: string, length = PAGE, part = 0): void {
  const bytes = readFileSync(file);
  const room = Math.max(1, bytes.length - length);
  const from = Math.floor((part + random() * (1 - part)) * room);
  for (let at = from; at < Math.min(bytes.length, from + length); at += 1) {
    bytes[at] = Math.floor(random() * 256);
  }
  writeFileSync(file, bytes);
}

const DAMAGES: readonly (readonly [string, Damage])[] = [
  ['the journal cut off somewhere', cut],
  ['the journal cut off somewhere else', cut],
  ['the journal cut off after its first page', (file) => truncateSync(file, PAGE)],
  ['a page of noise in the journal', (file) => spoil(file)],
  ['another page of noise in the journal', (file) => spoil(file)],
  ['a few wrong bytes in the journal', (file) => spoil(file, 16)],
  ['the end of the log of writes cut off', (file) => cut(`${file}-wal`, LATE)],
  ['the end of the log of writes cut off elsewhere', (file) => cut(`${file}-wal`, LATE)],
  ['noise at the end of the log of writes', (file) => spoil(`${file}-wal`, 256, LATE)],
  ['most of the log of writes cut off', (file) => truncateSync(`${file}-wal`, 5 * PAGE)],
  [
    'a shared memory file of noise',
    (file) => writeFileSync(`${file}-shm`, Buffer.alloc(32_768, 7)),
  ],
  ['no shared memory file', (file) => rmSync(`${file}-shm`, { force: true })],
  ['no log of writes', (file) => rmSync(`${file}-wal`, { force: true })],
  ['an empty journal', (file) => truncateSync(file, 0)],
  ['a text in place of the journal', (file) => writeFileSync(file, 'not a database\n'.repeat(999))],
  [
    'a folder in place of the journal',
    (file) => {
      rmSync(file);
      mkdirSync(file);
    },
  ],
];

/** Parts of the log of writes that are left: what was published may have been forgotten with what was cut off. */
const CUTS = Array.from({ length: 20 }, (_, at) => at / 20);

/** A run that was killed after it had committed a good deal, and whose last job has ended since. */
async function killedRun(workspace: Workspace): Promise<void> {
  const run = workspace.start(['run']);
  await workspace.saw('started-middle');
  run.child.kill('SIGKILL');
  await run.ended;
  workspace.allow('go');
  await workspace.saw('ran-middle');
  await until('the keepers to end', () => workspace.processes().length === 0);
}

function expectClearOrFinished(ended: Ended): void {
  expectSober(ended);
  const isClear =
    /error (JOURNAL_[A-Z]+|CLI_NO_RUN)/.test(ended.stderr) && ended.stderr.includes('hint:');
  expect(ended.code === 0 || (ended.code === 2 && isClear), ended.stderr).toBe(true);
}

/** Does what the error says: moves what was saved over the journal. */
function putBack(workspace: Workspace, refused: Ended): void {
  const state = workspace.path('.orchestrate');
  const saved = readdirSync(state).find((name) => name.startsWith('journal.db.saved-'));
  if (saved === undefined || !refused.stderr.includes(saved)) throw new Error(refused.stderr);
  for (const end of ['-wal', '-shm']) rmSync(join(state, `journal.db${end}`), { force: true });
  renameSync(join(state, saved), join(state, 'journal.db'));
}

describe.concurrent(`a journal that was damaged (seed ${seed})`, () => {
  let pattern: Workspace;

  beforeAll(async () => {
    pattern = new Workspace({ 'project.yaml': WAITING_CHAIN });
    await killedRun(pattern);
  });

  afterAll(() => pattern[Symbol.dispose]());

  /** A copy of what the killed run has left. */
  function copy(): Workspace {
    const workspace = new Workspace();
    for (const part of ['project', 'effects']) {
      cpSync(join(pattern.home, part), join(workspace.home, part), { recursive: true });
    }
    return workspace;
  }

  it('goes on where it was when nothing was damaged', async () => {
    using workspace = copy();

    expectEnd(await workspace.call('resume'), 0);
    expect(workspace.counts('ran-')).toEqual(RAN_ONCE);
  });

  it.each(DAMAGES)('says so or goes on with %s, and repeats nothing', async (_name, damage) => {
    using workspace = copy();
    damage(workspace.path('.orchestrate/journal.db'));
    expectClearOrFinished(await workspace.call('status'));
    const run = await workspace.call('run');

    expectClearOrFinished(run);
    expect(workspace.counts('ran-')['middle']).toBe(1);
    expect(workspace.counts('ran-')['first']).toBe(1);
    expect(run.code === 2 || workspace.read('out/last.txt') === 'one\ntwo\nthree\n').toBe(true);
  });

  it.each(CUTS)('fails no task with the log of writes cut at %d', async (part) => {
    using workspace = copy();
    const log = `${workspace.path('.orchestrate/journal.db')}-wal`;
    truncateSync(log, Math.floor(part * readFileSync(log).length));
    const run = await workspace.call('run');

    // Before the first commit of the run there is nothing to go on with; then that is said.
    expectClearOrFinished(run);
    expect(run.code === 2 || workspace.read('out/last.txt') === 'one\ntwo\nthree\n').toBe(true);
  });

  it('can be put back from what was saved, as the error says', async () => {
    using workspace = new Workspace({ 'project.yaml': WAITING_CHAIN });
    workspace.allow('go');
    expectEnd(await workspace.call('run'), 0);
    const journal = workspace.path('.orchestrate/journal.db');
    const bytes = readFileSync(journal);
    // The last page is one of a table that was written late; most of the rest can be read.
    bytes.fill(0xa5, bytes.length - PAGE);
    writeFileSync(journal, bytes);
    const refused = await workspace.call('run');
    expectClearOrFinished(refused);
    if (refused.code === 2) putBack(workspace, refused);

    expectEnd(await workspace.call('run'), 0);
    expect(existsSync(workspace.path('out/last.txt'))).toBe(true);
    expect(workspace.counts('ran-')).toEqual(RAN_ONCE);
  });
});
