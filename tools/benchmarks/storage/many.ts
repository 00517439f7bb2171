import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureGood, mustEqual, tidy, WORK } from '../measure.ts';
import type { Benchmark, Figures } from '../report.ts';
import { type Bed, bringDown, bringUp, SERVICES, type Service } from './bed.ts';
import { middle, type Worked, work } from './work.ts';

const OBJECTS = 10_000;
const BYTES = 8192;
const ROUNDS = 3;
const PLACES = [8, 16, 32, 64] as const;
/** What `orchestrate storage` does at once. */
const OURS = 32;

type What = 'put-many' | 'get-many';

let targets = 0;

function makeFiles(): string {
  const folder = join(WORK, 'many');
  mkdirSync(folder, { recursive: true });
  for (let at = 0; at < OBJECTS; at += 1)
    writeFileSync(join(folder, String(at)), randomBytes(BYTES));
  return folder;
}

interface Setting {
  readonly service: Service;
  readonly bed: Bed;
  readonly from: string;
}

async function move(
  { service, bed, from }: Setting,
  what: What,
  who: 'ours' | 'raw',
  places: number,
): Promise<Worked> {
  // Never one that was emptied: ext4 steps over every inode that was just given free when a file is made.
  targets += 1;
  const to = join(WORK, `many-got-${targets}`);
  if (what === 'get-many') mkdirSync(to, { recursive: true });
  const path = what === 'put-many' ? from : to;
  const name = what === 'put-many' ? `${who}-many` : 'ours-many';
  const worked = await work({ who, service, bed, what, path, name, count: OBJECTS, places });
  if (what === 'get-many') {
    mustEqual('files', readdirSync(to).length, OBJECTS);
    await measureGood(['diff', '-rq', from, to]);
  }
  return worked;
}

async function compare(setting: Setting, what: What): Promise<readonly [Figures, number]> {
  await move(setting, what, 'ours', OURS);
  let best = { places: 0, seconds: Number.POSITIVE_INFINITY };
  for (const places of PLACES) {
    const { seconds } = await move(setting, what, 'raw', places);
    if (seconds < best.seconds) best = { places, seconds };
  }
  const [ours, raw]: [Worked[], Worked[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await move(setting, what, 'ours', OURS));
    raw.push(await move(setting, what, 'raw', best.places));
  }
  const [our, its] = [middle(ours).seconds, middle(raw).seconds];
  return [{ seconds: tidy(our), rawSeconds: tidy(its), rawConnections: best.places }, its / our];
}

/** 10,000 objects of 8 KiB up and down, against a client that does nothing but the requests. */
export const storageMany: Benchmark = async () => {
  const from = makeFiles();
  const ours: Record<string, Figures> = {};
  const ratio: Record<string, number> = {};
  for (const service of SERVICES) {
    const bed = await bringUp(service);
    try {
      for (const what of ['put-many', 'get-many'] as const) {
        const [figures, speed] = await compare({ service, bed, from }, what);
        ours[`${service}-${what}`] = figures;
        ratio[`${service}-${what}`] = tidy(speed);
      }
    } finally {
      bringDown(service);
    }
  }
  return {
    bench: 'storage-many',
    ours,
    rival: { raw: 'node:http, its figures beside ours' },
    ratio,
    limit: { speedOverRawAtLeast: 0.9 },
  };
};
