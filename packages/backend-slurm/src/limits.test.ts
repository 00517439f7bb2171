import { describe, expect, it } from 'vitest';
import { parseLimits } from './limits.ts';

describe('parseLimits', () => {
  it('reads the largest index and the cores that can be had', () => {
    expect(parseLimits('MaxArraySize            = 1001\n8/24/8/40\n')).toMatchObject({
      maxArraySize: 1000,
      width: 32,
    });
  });

  it('takes a cluster that says nothing to be as SLURM is by default', () => {
    expect(parseLimits('')).toMatchObject({ maxArraySize: 1000, width: 16 });
    expect(parseLimits('MaxArraySize = 1001\n0/0/40/40\n').width).toBe(16);
  });
});
