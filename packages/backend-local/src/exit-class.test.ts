import { expect, it } from 'vitest';
import { exitOfForce, exitOfStatus } from './exit-class.ts';
import type { JobFacts } from './records.ts';

const FACTS: JobFacts = {
  kind: 'command',
  logPath: '/l',
  cpus: 1,
  memoryBytes: 1024,
  gpus: 0,
  memoryLimited: true,
  timeSeconds: 3,
};

it.each([
  [0, { outcome: 'succeeded', code: 0 }],
  [3, { outcome: 'user-error', code: 3, message: 'exit code 3' }],
  [127, { outcome: 'user-error', code: 127, message: 'exit code 127 (command not found)' }],
  [139, { outcome: 'user-error', signal: 'SIGSEGV' }],
  [255, { outcome: 'user-error', code: 255, message: 'exit code 255' }],
  ['log', { outcome: 'user-error', message: expect.stringContaining('/l') }],
] as const)('classes the status %s', (status, exit) => {
  expect(exitOfStatus(status, FACTS)).toMatchObject(exit);
});

it.each([
  ['timeout', 'ran longer than its limit of 3 s'],
  ['out-of-memory', 'used more memory than its limit of 1024 bytes'],
  ['cancelled', 'cancelled'],
] as const)('says why a job was ended: %s', (reason, message) => {
  const exit = exitOfForce(reason, FACTS, { outcome: 'user-error', signal: 'SIGKILL' });

  expect(exit).toEqual({ outcome: reason, message, signal: 'SIGKILL' });
});
