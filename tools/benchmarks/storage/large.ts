import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureGood, tidy, WORK } from '../measure.ts';
import type { Benchmark, Figures } from '../report.ts';
import { type Bed, bringDown, bringUp, SERVICES, type Service } from './bed.ts';
import { SDK_WAYS } from './sdk-client.ts';
import { middle, type Worked, work } from './work.ts';

const BYTES = 2 ** 30;
const PIECE = 2 ** 24;
const ROUNDS = 3;
const MEBIBYTE = 2 ** 20;

type What = 'put-large' | 'get-large';

function makeFile(): string {
  mkdirSync(WORK, { recursive: true });
  const file = join(WORK, 'large');
  writeFileSync(file, '');
  for (let at = 0; at < BYTES; at += PIECE) writeFileSync(file, randomBytes(PIECE), { flag: 'a' });
  return file;
}

interface Setting {
  readonly service: Service;
  readonly bed: Bed;
  readonly file: string;
}

async function move(
  { service, bed, file }: Setting,
  what: What,
  who: 'ours' | 'sdk',
  way: string,
): Promise<Worked> {
  const path = what === 'put-large' ? file : `${file}.got`;
  const name = what === 'put-large' ? `${who}-large` : 'ours-large';
  const worked = await work({ who, service, bed, what, way, path, name });
  if (what === 'get-large') {
    await measureGood(['cmp', file, path]);
    rmSync(path);
  }
  return worked;
}

/** The fastest of the vendor's ways; one that the emulator does not serve is passed over. */
async function bestWay(setting: Setting, what: What): Promise<string> {
  let best: { readonly way: string; readonly seconds: number } | undefined;
  for (const way of SDK_WAYS[setting.service]) {
    try {
      const { seconds } = await move(setting, what, 'sdk', way);
      if (best === undefined || seconds < best.seconds) best = { way, seconds };
    } catch (error) {
      console.error(`${setting.service} ${what} ${way}: ${String(error).slice(0, 300)}`);
    }
  }
  if (best === undefined) throw new Error(`the library of ${setting.service} cannot ${what} here`);
  return best.way;
}

interface Compared {
  readonly figures: Figures;
  /** Of the vendor's library. */
  readonly way: string;
  readonly speed: number;
  readonly mebibytes: number;
}

async function compare(setting: Setting, what: What): Promise<Compared> {
  await move(setting, what, 'ours', '');
  const way = await bestWay(setting, what);
  const [ours, sdk]: [Worked[], Worked[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await move(setting, what, 'ours', ''));
    sdk.push(await move(setting, what, 'sdk', way));
  }
  const [our, its] = [middle(ours), middle(sdk)];
  const memory = Math.max(...ours.map(({ peakMemoryBytes }) => peakMemoryBytes));
  const figures = {
    seconds: tidy(our.seconds),
    memoryMebibytes: tidy(memory / MEBIBYTE),
    sdkSeconds: tidy(its.seconds),
    sdkMemoryMebibytes: tidy(its.peakMemoryBytes / MEBIBYTE),
  };
  return { figures, way, speed: its.seconds / our.seconds, mebibytes: memory / MEBIBYTE };
}

/** One file of 1 GiB up and down, against the fastest way of the vendor's own library. */
export const storageLarge: Benchmark = async () => {
  const file = makeFile();
  const ours: Record<string, Figures> = {};
  const ratio: Record<string, number> = {};
  const ways: Record<string, string> = {};
  let memory = 0;
  for (const service of SERVICES) {
    const bed = await bringUp(service);
    try {
      for (const what of ['put-large', 'get-large'] as const) {
        const { figures, way, speed, mebibytes } = await compare({ service, bed, file }, what);
        ways[`${service}-${what}`] = way;
        ours[`${service}-${what}`] = figures;
        ratio[`${service}-${what}`] = tidy(speed);
        memory = Math.max(memory, mebibytes);
      }
    } finally {
      bringDown(service);
    }
  }
  return {
    bench: 'storage-large',
    ours,
    rival: ways,
    ratio: { ...ratio, memoryMebibytes: tidy(memory) },
    limit: { speedOverSdkAtLeast: 0.9, memoryMebibytesAtMost: 200 },
  };
};
