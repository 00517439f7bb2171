import { tidy } from '../measure.ts';
import type { Benchmark, Figures } from '../report.ts';
import { type Bed, bringDown, bringUp, SERVICES, type Service } from './bed.ts';
import { each } from './client.ts';
import { rawClient } from './raw-client.ts';
import { middle, type Worked, work } from './work.ts';

const OBJECTS = 100_000;
const ROUNDS = 3;

async function fill(service: Service, bed: Bed): Promise<void> {
  const client = rawClient(service, bed, 32);
  const content = Buffer.from('x');
  await each(OBJECTS, 32, (index) =>
    client.putContent(content, `list/${index % 100}/object-${index}.nc`),
  );
  await client.close();
}

/** A listing of 100,000 objects, against one that asks for the pages and does nothing with them but count. */
export const storageList: Benchmark = async () => {
  const ours: Record<string, Figures> = {};
  const ratio: Record<string, number> = {};
  for (const service of SERVICES) {
    const bed = await bringUp(service);
    try {
      const began = performance.now();
      await fill(service, bed);
      console.error(
        `${service}: ${OBJECTS} objects made in ${tidy((performance.now() - began) / 1000)} s`,
      );
      const all: Record<'ours' | 'raw', Worked[]> = { ours: [], raw: [] };
      const order = { service, bed, what: 'count', name: 'list/', count: OBJECTS } as const;
      for (let round = 0; round < ROUNDS; round += 1)
        for (const who of ['ours', 'raw'] as const) {
          const worked = await work({ ...order, who });
          console.error(`${service} ${who}: ${tidy(worked.seconds)} s`);
          all[who].push(worked);
        }
      const [our, raw] = [middle(all.ours).seconds, middle(all.raw).seconds];
      ours[service] = { seconds: tidy(our), rawSeconds: tidy(raw) };
      ratio[service] = tidy(raw / our);
    } finally {
      bringDown(service);
    }
  }
  return {
    bench: 'storage-list',
    ours,
    rival: { raw: 'node:http, its figures beside ours' },
    ratio,
    limit: { speedOverRawAtLeast: 0.9 },
  };
};
