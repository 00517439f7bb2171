import fc from 'fast-check';
import { expect, it } from 'vitest';
import { foldRecords, outranks } from './adoption.ts';
import { formatRecord, type JobFacts, type KeeperRecord, parseRecord } from './records.ts';

const FACTS: JobFacts = {
  kind: 'command',
  logPath: '/logs/a b\n.log',
  cpus: 1,
  memoryBytes: 0,
  gpus: 0,
};

function parseAll(text: string): KeeperRecord[] {
  return text.split('\n').flatMap((line) => parseRecord(line) ?? []);
}

const KEY = 'abcdefgh-1';
const FILE = [
  formatRecord({
    kind: 'header',
    header: { kind: 'commands', pid: 9, startMark: 'x:1', createdAt: 5 },
  }),
  formatRecord({ kind: 'queued', key: KEY, facts: FACTS }),
  '\ns abcdefgh-1.\n',
  formatRecord({ kind: 'forced', key: KEY, reason: 'timeout' }),
  '\ne abcdefgh-1 143.\n',
].join('');

it('reads what was written', () => {
  expect(parseAll(FILE)).toEqual([
    { kind: 'header', header: { kind: 'commands', pid: 9, startMark: 'x:1', createdAt: 5 } },
    { kind: 'queued', key: KEY, facts: FACTS },
    { kind: 'started', key: KEY },
    { kind: 'forced', key: KEY, reason: 'timeout' },
    { kind: 'ended', key: KEY, code: 143 },
  ]);
});

it('takes nothing else out of a file that was cut off than out of the whole one, and goes on after the cut', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: FILE.length }), (end) => {
      const records = parseAll(`${FILE.slice(0, end)}\nq abcdefgh-2 {}.\n`);

      expect(parseAll(FILE)).toEqual(expect.arrayContaining(records.slice(0, -1)));
      expect(records.at(-1)).toMatchObject({ kind: 'queued', key: 'abcdefgh-2' });
    }),
  );
});

it('takes any text for no record without throwing', () => {
  fc.assert(fc.property(fc.string(), (line) => void parseRecord(line)));
  expect(parseRecord('e ../../etc/passwd 0.')).toBeUndefined();
  expect(parseRecord('e abcdefgh-1 zero.')).toBeUndefined();
  expect(parseRecord('x abcdefgh-1 boredom.')).toBeUndefined();
});

it('classes an end after a recorded reason by that reason', () => {
  const [claim] = foldRecords(parseAll(FILE)).claims;

  expect(claim).toMatchObject({
    state: 'ended',
    exit: { outcome: 'timeout', signal: 'SIGTERM', code: 143 },
  });
});

it('believes the file in which a job was started over the one it was taken back from', () => {
  const fold = (text: string) => foldRecords(parseAll(text)).claims[0];
  const refused = fold('q abcdefgh-1 {}.\nr abcdefgh-1.\n');
  const started = fold('q abcdefgh-1 {}.\ns abcdefgh-1.\nr abcdefgh-1.\n');

  expect([refused?.state, started?.state]).toEqual(['refused', 'started']);
  expect(started && refused && outranks(started, refused)).toBe(true);
});
