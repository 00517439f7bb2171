import { backendContract } from '@orchestrate/testkit';
import { openAt, sshOf } from './place.ts';

backendContract(
  (place) => openAt(place, sshOf()),
  {
    work: ['command', 'shell', 'functions'],
    containers: false,
    sharedFilesystem: false,
    pushes: false,
    enforcesTime: true,
    enforcesMemory: false,
    outlivesLeader: true,
    settleSeconds: 5,
    maxLiveJobs: 10_000,
    pollSeconds: 0.5,
  },
  { patienceSeconds: 60 },
);
