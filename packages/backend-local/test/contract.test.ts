import { backendContract } from '@orchestrate/testkit';
import { openAt } from './local-place.ts';

const CAPACITY = { slots: 2, cpus: 2 };

backendContract((place) => openAt(place, CAPACITY), {
  work: ['command', 'shell', 'functions'],
  containers: false,
  sharedFilesystem: true,
  pushes: true,
  enforcesTime: true,
  enforcesMemory: true,
  outlivesLeader: true,
  settleSeconds: 0,
  slots: 2,
  pollSeconds: 1,
});
