import { backendContract } from '@orchestrate/testkit';
import { IMAGE, leavesNoContainer, openWithPodman } from './container-place.ts';

leavesNoContainer();

backendContract(
  (place) => openWithPodman(place),
  {
    work: ['command', 'shell', 'functions'],
    containers: true,
    sharedFilesystem: true,
    pushes: true,
    enforcesTime: true,
    enforcesMemory: true,
    outlivesLeader: true,
    settleSeconds: 0,
    slots: 2,
    pollSeconds: 1,
  },
  { image: IMAGE },
);
