import { describe, expect, it } from 'vitest';
import { placeFrom } from './files.ts';

describe('where a copy of a run goes', () => {
  const environment = { HOME: '/scratch/me', USER: 'me', WORK: '/scratch' };

  it.each([
    ['../archive/r-0', '/cases/archive/r-0'],
    ['out/r-0', '/cases/r-0/out/r-0'],
    ['/data/r-0', '/data/r-0'],
    ['${WORK}/$USER/r-0', '/scratch/me/r-0'],
    ['~/r-0', '/scratch/me/r-0'],
    ['me@host:data/r-0', 'me@host:data/r-0'],
  ])('%s leads to %s', (text, expected) => {
    expect(placeFrom('/cases/r-0', text, environment)).toBe(expected);
  });
});
