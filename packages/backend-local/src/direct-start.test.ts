import { describe, expect, it } from 'vitest';
import { directStart, isUnsteered } from './direct-start.ts';

const GUARDED = 'if [ -x "$0" ]; then exec "$0"; else exec bash "$0"; fi';

describe('a shell that would only be replaced', () => {
  it.each([
    ['/bin/bash', ['-c', './before.sh'], ['./before.sh'], true],
    [
      '/usr/bin/bash',
      ['-c', 'bin/tool --size=3 -n a@b'],
      ['bin/tool', '--size=3', '-n', 'a@b'],
      true,
    ],
    ['/bin/sh', ['-c', '/opt/x/run'], ['/opt/x/run'], false],
    ['/bin/sh', ['-c', GUARDED, './job.sh'], ['./job.sh'], false],
  ])('%s %j comes to %j', (program, args, words, isBash) => {
    expect(directStart(program, args)).toEqual({ words, isBash });
  });

  it.each([
    ['/opt/site/bash', '-c', './before.sh'],
    ['/bin/zsh', '-c', './before.sh'],
    ['/bin/bash', './before.sh'],
    ['/bin/bash', '-lc', './before.sh'],
    ['/bin/bash', '-c', './before.sh', 'name'],
    ['/bin/bash', '-c', 'echo a/b'],
    ['/bin/bash', '-c', '-c/x'],
    ['/bin/bash', '-c', 'A=b/c ./x'],
    ['/bin/bash', '-c', '~/x'],
    ['/bin/bash', '-c', './*'],
    ['/bin/bash', '-c', './x;'],
    ['/bin/bash', '-c', './x &'],
    ['/bin/bash', '-c', './x $A'],
    ['/bin/bash', '-c', './x >y'],
    ['/bin/bash', '-c', "./x 'a'"],
    ['/bin/bash', '-c', './{a,b}'],
    ['/bin/bash', '-c', './x a\n'],
    ['/bin/bash', '-c', './x #'],
    ['/bin/sh', '-c', GUARDED, 'job.sh'],
    ['/bin/sh', '-c', GUARDED, './job.sh', 'more'],
    ['/bin/sh', '-c', GUARDED, './a b'],
  ])('%s %s %j %s is left to the shell', (program, ...args) => {
    expect(directStart(program, args)).toBeUndefined();
  });

  it('is not taken to be one where variables steer it', () => {
    expect(isUnsteered({ HOME: '/home/me', PATH: '/bin' })).toBe(true);
    for (const name of ['BASH_ENV', 'SHELLOPTS', 'POSIXLY_CORRECT', 'BASH_FUNC_module%%'])
      expect(isUnsteered({ [name]: 'x' })).toBe(false);
  });
});
