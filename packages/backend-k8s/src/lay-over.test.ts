import { expect, it } from 'vitest';
import { layOver } from './lay-over.ts';

it('merges maps, and lists of things with names by name; replaces the rest', () => {
  const base = {
    a: 1,
    gone: true,
    list: [1, 2],
    containers: [{ name: 'main', image: 'x', env: [{ name: 'A', value: '1' }] }],
  };
  const over = {
    gone: null,
    list: [3],
    containers: [
      { name: 'side', image: 'y' },
      { name: 'main', env: [{ name: 'B', value: '2' }], tty: false },
    ],
  };

  expect(layOver(base, over)).toEqual({
    a: 1,
    list: [3],
    containers: [
      {
        name: 'main',
        image: 'x',
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
        tty: false,
      },
      { name: 'side', image: 'y' },
    ],
  });
});
