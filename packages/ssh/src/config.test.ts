import { expect, it } from 'vitest';
import { hostsOf, SshConfig } from './config.ts';
import { configArguments } from './ssh-program.ts';

it('needs a host only', () => {
  const config = SshConfig.parse({ host: 'hpc' });

  expect(config).toMatchObject({ via: 'auto', keepAlive: 15, connectTimeout: 15 });
  expect(hostsOf(config)).toEqual(['hpc']);
});

it.each([
  [{}],
  [{ host: 'a', hosts: ['b'] }],
  [{ host: '-oProxyCommand=id' }],
  [{ host: 'a b' }],
  [{ host: 'a;id' }],
  [{ host: 'a', user: '-x' }],
  [{ host: 'a', user: 'x y' }],
  [{ host: 'a', port: 0 }],
  [{ host: 'a', jump: '-x' }],
  [{ host: 'a', jump: 'x,$(id)' }],
  [{ host: 'a', identityFile: 'a"\nProxyCommand id' }],
  [{ host: 'a', prot: 22 }],
])('refuses %j', (written) => {
  expect(SshConfig.safeParse(written).success).toBe(false);
});

it('becomes arguments of ssh in which nothing can be taken for something else', () => {
  const config = SshConfig.parse({
    hosts: ['a', 'b'],
    user: 'me',
    port: 2222,
    identityFile: '~/my keys/%h',
    strictHostKey: 'accept-new',
    jump: 'me@gate:22',
    password: 'secret',
  });

  expect(configArguments(config)).toEqual([
    '-l',
    'me',
    '-p',
    '2222',
    '-o',
    'IdentityFile="~/my keys/%%h"',
    '-o',
    'StrictHostKeyChecking=accept-new',
    '-J',
    'me@gate:22',
    '-o',
    'ConnectTimeout=15',
    '-o',
    'ServerAliveInterval=15',
    '-o',
    'ServerAliveCountMax=3',
  ]);
});
