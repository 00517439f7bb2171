import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BatchRecord, Ledger } from './ledger.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const batch = (name: string): BatchRecord => ({
  name,
  keys: [name, `${name}-b`],
  logs: ['/x/a/log', '/x/b/log'],
  calls: [0, 2],
  perAllocation: 1,
  submittedAt: 1,
});

const text = () => readFileSync(join(folder, 'batches.jsonl'), 'utf8');

describe('Ledger', () => {
  it('knows again after a crash what was begun, submitted and to be ended', () => {
    const before = new Ledger(folder);
    before.begin(batch('a'));
    before.begin(batch('b'));
    before.submitted('a', '17');
    before.force('a-b', 'timeout');
    // Not disposed of: the leader was killed.
    using after = new Ledger(folder);

    expect([...after.batches.values()]).toMatchObject([batch('a'), batch('b')]);
    expect([...after.ids]).toEqual([['a', '17']]);
    expect([...after.forced]).toEqual([['a-b', 'timeout']]);
  });

  it('does without a last line that was cut off', () => {
    new Ledger(folder).begin(batch('a'));
    appendFileSync(join(folder, 'batches.jsonl'), '{"type":"job","name":"a","id":"1');

    const after = new Ledger(folder);
    expect([...after.batches.keys()]).toEqual(['a']);
    expect(after.ids.size).toBe(0);
    after.submitted('a', '123');

    expect(new Ledger(folder).ids.get('a')).toBe('123');
  });

  it.each(['', '\n\n', 'null\n', '17\n', '[]\n', '{}\n', '\0\0\0\0'])(
    'starts with %j in its file',
    (rest) => {
      writeFileSync(join(folder, 'batches.jsonl'), rest);
      expect(new Ledger(folder).batches.size).toBe(0);
    },
  );

  it('keeps nothing of a batch that is gone, and the file small', () => {
    const ledger = new Ledger(folder);
    for (let n = 0; n < 50; n += 1) {
      ledger.begin(batch(`a${n}`));
      ledger.submitted(`a${n}`, `${n}`);
      ledger.force(`a${n}-b`, 'cancelled');
      ledger.remove(`a${n}`);
    }
    ledger.remove('never-there');

    const after = new Ledger(folder);
    expect([after.batches.size, after.ids.size, after.forced.size]).toEqual([0, 0, 0]);
    expect(text()).toBe('');
  });

  it('keeps the first reason why a job is to be ended', () => {
    const ledger = new Ledger(folder);
    ledger.begin(batch('a'));
    ledger.force('a', 'timeout');
    ledger.force('a', 'cancelled');

    expect(new Ledger(folder).forced.get('a')).toBe('timeout');
  });

  it('is for nobody else to read', () => {
    new Ledger(folder).begin(batch('a'));
    expect(statSync(join(folder, 'batches.jsonl')).mode & 0o777).toBe(0o600);
  });

  it('says where it cannot write', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => new Ledger(join(folder, 'file', 'below'))).toThrow(
      expect.objectContaining({ code: 'SLURM_STATE_UNUSABLE' }),
    );
  });
});
