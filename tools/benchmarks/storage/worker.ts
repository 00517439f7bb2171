/** One client doing one thing in a process of its own, so that its memory is its own: `node worker.ts`, the task on standard input. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bed, Service } from './bed.ts';
import { type Client, each } from './client.ts';

/** What a worker is to do. */
export interface Order {
  readonly who: 'ours' | 'sdk' | 'raw';
  readonly service: Service;
  readonly bed: Bed;
  readonly what: 'put-large' | 'get-large' | 'put-many' | 'get-many' | 'count';
  /** Of the vendor's library, which of its ways. */
  readonly way: string;
  /** Objects moved at once. */
  readonly places: number;
  /** File, or folder with files 0, 1, 2, ... */
  readonly path: string;
  readonly name: string;
  readonly count: number;
}

async function clientOf({ who, service, bed, way, places }: Order): Promise<Client> {
  if (who === 'ours') return (await import('./our-client.ts')).ourClient(service, bed);
  if (who === 'sdk') return (await import('./sdk-client.ts')).sdkClient(service, bed, way);
  return (await import('./raw-client.ts')).rawClient(service, bed, places);
}

async function act(client: Client, { what, path, name, count, places }: Order): Promise<number> {
  const file = (index: number): string => join(path, String(index));
  switch (what) {
    case 'put-large':
      await client.putLarge(path, name);
      return 1;
    case 'get-large':
      await client.getLarge(name, path);
      return 1;
    case 'put-many':
      await each(count, places, (index) => client.put(file(index), `${name}/${index}`));
      return count;
    case 'get-many':
      await each(count, places, (index) => client.get(`${name}/${index}`, file(index)));
      return count;
    case 'count':
      return client.count(name);
  }
}

if (import.meta.main) {
  const order = JSON.parse(readFileSync(0, 'utf8')) as Order;
  const client = await clientOf(order);
  const began = performance.now();
  const count = await act(client, order);
  const seconds = (performance.now() - began) / 1000;
  await client.close();
  process.stdout.write(JSON.stringify({ seconds, count }));
  // Libraries may keep connections open for a while.
  process.exit(0);
}
