import { backendContract, flowContract } from '@orchestrate/testkit';
import type { RepeatConfig } from '../src/config.ts';
import { NiceBackend } from '../src/nice-backend.ts';
import { repeatFlow } from '../src/repeat-flow.ts';

const clock = { now: () => Date.now(), monotonic: () => performance.now() };

backendContract(() => new NiceBackend({ slots: 2, niceness: 5, graceSeconds: 0.3 }, clock), {
  work: ['command', 'shell'],
  containers: false,
  sharedFilesystem: true,
  pushes: true,
  enforcesTime: false,
  enforcesMemory: false,
  outlivesLeader: false,
  settleSeconds: 0,
  slots: 2,
  pollSeconds: 1,
});

flowContract<RepeatConfig>(repeatFlow, [
  { name: 'three times', config: { command: ['echo', '{n}'], times: 3 }, tasks: 3 },
  { name: 'never', config: { command: ['true'], times: 0 }, tasks: 0 },
  { name: 'very often', config: { command: ['true'], times: 100_000 }, tasks: 100_000 },
]);
