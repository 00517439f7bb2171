import { describe, expect, it } from 'vitest';
import { openerFor } from './open-page.ts';

describe('the program that opens a page', () => {
  it.each([
    [{ DISPLAY: ':0' }, 'linux', 'xdg-open'],
    [{ WAYLAND_DISPLAY: 'wayland-0' }, 'linux', 'xdg-open'],
    [{}, 'linux', undefined],
    [{}, 'darwin', 'open'],
    [{ DISPLAY: ':10', SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, 'linux', undefined],
    [{ DISPLAY: ':0', CI: 'true' }, 'linux', undefined],
  ] as const)('with %j on %s is %s', (environment, platform, program) => {
    expect(openerFor(environment, platform)).toBe(program);
  });
});
