import { setImmediate } from 'node:timers/promises';
import type { BackendTraits } from '@orchestrate/core';
import {
  backendContract,
  ManualClock,
  ScriptedBackend,
  ScriptedCluster,
} from '@orchestrate/testkit';
import { describe } from 'vitest';
import { contractScript, renderAct } from './contract-script.ts';

function suite(title: string, traits: Partial<BackendTraits>): void {
  describe(`${title}`, () => {
    const clusters = new Map<string, { cluster: ScriptedCluster; clock: ManualClock }>();
    const open = (place: string): ScriptedBackend => {
      const known = clusters.get(place);
      if (known !== undefined) return new ScriptedBackend(known.cluster);
      const clock = new ManualClock();
      const cluster = new ScriptedCluster({
        time: clock,
        script: contractScript,
        traits,
        writesLogs: true,
      });
      clusters.set(place, { cluster, clock });
      return new ScriptedBackend(cluster);
    };
    const pass = async (seconds: number): Promise<void> => {
      for (const { clock } of clusters.values()) clock.advance(seconds * 1000);
      await setImmediate();
    };
    const declared = new ScriptedCluster({ time: new ManualClock(), traits }).traits;
    backendContract(open, declared, { render: renderAct, pass, image: 'any' });
  });
}

suite('scripted backend, as a laptop', { slots: 4 });
suite('scripted backend, as a cluster', {
  pushes: false,
  maxLiveJobs: 8,
  work: ['command'],
  enforcesMemory: false,
  slots: 3,
});
suite('scripted backend, as plain child processes', {
  outlivesLeader: false,
  enforcesTime: false,
  enforcesMemory: false,
});
suite('scripted backend, as a cloud', {
  containers: true,
  sharedFilesystem: false,
  work: ['command', 'functions'],
  pushes: false,
});
