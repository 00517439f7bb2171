import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIndices } from './array-ids.ts';
import { parseQueue, type QueueLine, queueCommand } from './queue.ts';
import { QueueView } from './queue-view.ts';

describe('parseQueue', () => {
  it('reads single jobs, tasks of arrays and what of an array still waits', () => {
    const text = [
      '1000|RUNNING|None|a-1',
      '1001_[2-3,9%2]|PENDING|JobArrayTaskLimit|b-1',
      '1001_0|RUNNING|None|b-1',
      '  1002|PENDING|Resources|c|d',
      'slurm_load_jobs error: Socket timed out on send/recv operation',
      '',
    ].join('\n');

    const lines = parseQueue(text);

    expect(lines.map(({ id }) => id.job)).toEqual(['1000', '1001', '1001', '1002']);
    expect(lines[1]).toEqual({
      id: {
        job: '1001',
        tasks: [
          [2, 3],
          [9, 9],
        ],
      },
      state: 'PENDING',
      reason: 'JobArrayTaskLimit',
      name: 'b-1',
    });
    expect(lines[3]?.name).toBe('c|d');
  });
});

describe('queueCommand', () => {
  it('keeps names from the shell', () => {
    expect(queueCommand(["a'$(reboot)"])).toContain(`'a'\\''$(reboot)'`);
  });
});

describe('QueueView', () => {
  const view = (...lines: string[]) => new QueueView<QueueLine>(parseQueue(lines.join('\n')));

  it('prefers what is said of a task to what is said of its array', () => {
    const lines = view('5_[0-9]|PENDING|Priority|x', '5_3|RUNNING|None|x');

    expect(lines.find('5', 3)?.state).toBe('RUNNING');
    expect(lines.find('5', 4)?.state).toBe('PENDING');
    expect(lines.find('5', 10)).toBeUndefined();
    expect(lines.find('6', 0)).toBeUndefined();
  });

  it('finds a job that is no array under index 0', () => {
    expect(view('5|RUNNING|None|x').find('5', 0)?.state).toBe('RUNNING');
  });

  it('finds each task of a folded array and no other', () => {
    const sets = fc.uniqueArray(fc.nat(300), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(sets, (indices) => {
        const lines = view(`5_[${formatIndices(indices)}]|PENDING|None|x`);
        const found = Array.from({ length: 302 }, (_, at) => at).filter(
          (at) => lines.find('5', at) !== undefined,
        );

        expect(found).toEqual(indices.toSorted((a, b) => a - b));
      }),
    );
  });
});
