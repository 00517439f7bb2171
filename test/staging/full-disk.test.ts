import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EnsembleWorkspace } from '../support/ensemble.ts';
import { FAR_STORAGE } from '../support/far-storage.ts';
import { didNotRun, type SmallDisk, smallDisk } from '../support/small-disk.ts';
import { expectEnd } from '../support/sober.ts';

/** On a busy machine every call of the command line takes seconds. */
const SLOW = { timeout: 240_000 };
const MEGABYTE = 1_000_000;

/** Copies six objects of 1 MB from far away, with a cache on a disk of 4 MiB. */
function workspaceOf(staging: string): EnsembleWorkspace {
  const workspace = new EnsembleWorkspace({ 'far.mjs': FAR_STORAGE });
  mkdirSync(workspace.path('far/in'), { recursive: true });
  const members = [1, 2, 3, 4, 5, 6];
  for (const n of members)
    writeFileSync(workspace.path(`far/in/${n}`), Buffer.alloc(MEGABYTE, `content ${n}`));
  const project = {
    name: 'trial',
    plugins: ['./far.mjs'],
    storage: { far: { use: 'far', path: 'far', witness: `${workspace.effects}/opened` } },
    cache: { folder: 'disk/cache', size: '1GB' },
    run: { staging },
    flows: {
      work: {
        matrix: { n: members },
        tasks: {
          copy: {
            inputs: { from: 'far:in/{{ n }}' },
            outputs: { to: 'out/{{ n }}' },
            run: 'cp {{ inputs.from }} {{ outputs.to }}',
          },
        },
      },
    },
  };
  workspace.write('project.yaml', JSON.stringify(project, undefined, 1));
  return workspace;
}

function sizesOf(workspace: EnsembleWorkspace): readonly number[] {
  const folder = workspace.path('out');
  return readdirSync(folder).map((name) => statSync(`${folder}/${name}`).size);
}

describe.each(['leader', 'job'])(
  'a full disk under the cache, staging by the %s',
  SLOW,
  (staging) => {
    it.each([
      ['filled by the cache itself', (_disk: SmallDisk) => undefined],
      ['full before the run begins', (disk: SmallDisk) => disk.fill()],
    ])('%s: every task gets its input all the same', async (_how, prepare) => {
      using workspace = workspaceOf(staging);
      const disk = smallDisk(workspace, 'disk', 4);
      if (typeof disk === 'string') {
        didNotRun('a full disk under the cache', disk);
        return;
      }
      prepare(disk);

      const ended = await workspace.run();

      expectEnd(ended, 0);
      expect(sizesOf(workspace)).toEqual(Array(6).fill(MEGABYTE));
      disk.free();
      expect((await workspace.run()).counts).toMatchObject({ reused: 6 });
    });
  },
);
