import { constants, platform } from 'node:os';
import { describe, expect, it } from 'vitest';
import { exitOfStatus, LINUX_SIGNALS, signalOfStatus } from '../src/exit-status.ts';

describe('signalOfStatus', () => {
  it('names the signal behind a code above 128, and none behind another', () => {
    expect([0, 9, 128, 137, 139, 143, 160, 255].map((status) => signalOfStatus(status))).toEqual([
      undefined,
      undefined,
      undefined,
      'SIGKILL',
      'SIGSEGV',
      'SIGTERM',
      undefined,
      undefined,
    ]);
  });

  it('reads the numbers of another system when it is given them', () => {
    expect(signalOfStatus(138)).toBe('SIGUSR1');
    expect(signalOfStatus(138, { SIGBUS: 10 })).toBe('SIGBUS');
  });

  it.runIf(platform() === 'linux')('has the numbers of Linux', () => {
    expect(constants.signals).toMatchObject(LINUX_SIGNALS);
  });
});

describe('exitOfStatus', () => {
  it.each([
    [0, { outcome: 'succeeded', code: 0 }],
    [3, { outcome: 'user-error', code: 3, message: 'exit code 3' }],
    [126, { outcome: 'user-error', code: 126, message: 'exit code 126 (could not be executed)' }],
    [127, { outcome: 'user-error', code: 127, message: 'exit code 127 (command not found)' }],
    [
      137,
      { outcome: 'user-error', code: 137, signal: 'SIGKILL', message: 'ended by signal SIGKILL' },
    ],
    [255, { outcome: 'user-error', code: 255, message: 'exit code 255' }],
  ])('says how a command with the code %i ended', (code, exit) => {
    expect(exitOfStatus(code)).toEqual(exit);
  });

  it('gives codes the meaning that their runner gives them', () => {
    const meanings = { 125: 'its folder could not be opened', 127: 'no such image' };

    expect(exitOfStatus(125, { meanings }).message).toBe(
      'exit code 125 (its folder could not be opened)',
    );
    expect(exitOfStatus(127, { meanings }).message).toBe('exit code 127 (no such image)');
    expect(exitOfStatus(126, { meanings }).message).toBe('exit code 126 (could not be executed)');
  });
});
