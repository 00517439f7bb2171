import { describe, expect, it } from 'vitest';
import { SlurmConfig } from './config.ts';

const refusals = (options: object): readonly string[] =>
  SlurmConfig.safeParse(options).error?.issues.map(({ path }) => path.join('.')) ?? [];

describe('workdir', () => {
  it.each(['~/work', '/scratch/me/a.b-c', 'relative/x'])('is %s, over SSH', (workdir) => {
    expect(refusals({ ssh: { host: 'login' }, workdir })).toEqual([]);
  });

  it.each(['/scratch/my work', "/it's", '/a$HOME', '/a;b', '/a*'])(
    'is not %s where it would come to stand in commands, but may be where files are shared',
    (workdir) => {
      expect(refusals({ ssh: { host: 'login' }, workdir })).toEqual(['workdir']);
      expect(refusals({ workdir })).toEqual([]);
      expect(refusals({ ssh: { host: 'login' }, shared: true, workdir })).toEqual([]);
    },
  );
});
