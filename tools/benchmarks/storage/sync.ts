import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureGood, median, mustEqual, ORCHESTRATE, tidy, WORK } from '../measure.ts';
import type { Benchmark } from '../report.ts';

const FILES = 100_000;
const FOLDERS = 500;
const ROUNDS = 3;

function makeFiles(folder: string): void {
  for (let at = 0; at < FILES; at += 1) {
    const below = join(folder, String(at % FOLDERS));
    if (at < FOLDERS) mkdirSync(below, { recursive: true });
    writeFileSync(join(below, `${at}.nc`), `content of ${at}`);
  }
}

/** A second sync of 100,000 files that did not change, against rsync, which looks at sizes and times as well. */
export const storageSync: Benchmark = async () => {
  const project = join(WORK, 'sync');
  const files = join(project, 'files');
  makeFiles(files);
  writeFileSync(
    join(project, 'project.yaml'),
    `name: sync\nstorage: { there: { use: local, path: ${JSON.stringify(join(project, 'there'))} } }\nflows: {}\n`,
  );
  const sync = [
    'node',
    ORCHESTRATE,
    'storage',
    'sync',
    'files/',
    'there:files/',
    '--json',
  ] as const;
  const first = await measureGood([...sync], { cwd: project });
  const second = await median(ROUNDS, () => measureGood([...sync], { cwd: project }));
  mustEqual('unchanged', (JSON.parse(second.stdout) as { unchanged: number }).unchanged, FILES);
  const rsync = ['rsync', '-a', `${files}/`, join(project, 'rsynced/')] as const;
  const firstRsync = await measureGood([...rsync]);
  const secondRsync = await median(ROUNDS, () => measureGood([...rsync]));
  return {
    bench: 'storage-sync',
    ours: { seconds: tidy(second.seconds), firstSeconds: tidy(first.seconds) },
    rival: { rsyncSeconds: tidy(secondRsync.seconds), rsyncFirstSeconds: tidy(firstRsync.seconds) },
    ratio: { timeOverRsync: tidy(second.seconds / secondRsync.seconds) },
    limit: { secondsAtMost: 3 },
  };
};
