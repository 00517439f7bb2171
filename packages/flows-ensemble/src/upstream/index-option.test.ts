import { describe, expect, it } from 'vitest';
import { readIndexOption } from './index-option.ts';

describe('readIndexOption', () => {
  it('selects the runs named, and says so', () => {
    const { indexes, warning } = readIndexOption('0,2,10,2');

    expect([...indexes]).toEqual([0, 2, 10]);
    expect(warning.kind).toBe('index-option');
  });

  it.each(['', '1,', '1, 2', '-1', '1-3', 'a'])('refuses %j', (written) => {
    expect(() => readIndexOption(written)).toThrow(
      expect.objectContaining({ code: 'UPSTREAM_INDEXES' }),
    );
  });
});
