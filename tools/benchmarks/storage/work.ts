import { join } from 'node:path';
import { measureGood, mustEqual } from '../measure.ts';
import type { Order } from './worker.ts';

const WORKER = join(import.meta.dirname, 'worker.ts');

/** What one piece of work took. */
export interface Worked {
  readonly seconds: number;
  readonly peakMemoryBytes: number;
}

/** Has a worker do something, on packages as they are installed: built. */
export async function work(
  order: Partial<Order> & Pick<Order, 'who' | 'service' | 'bed' | 'what' | 'name'>,
): Promise<Worked> {
  const whole: Order = { way: '', places: 16, path: '', count: 0, ...order };
  const { stdout, peakMemoryBytes } = await measureGood(['node', '--no-warnings', WORKER], {
    input: JSON.stringify(whole),
  });
  const { seconds, count } = JSON.parse(stdout) as { seconds: number; count: number };
  if (order.count !== undefined) mustEqual('objects', count, order.count);
  return { seconds, peakMemoryBytes };
}

/** The middle one by time. */
export function middle(all: readonly Worked[]): Worked {
  const sorted = [...all].sort((a, b) => a.seconds - b.seconds);
  const one = sorted[Math.floor(sorted.length / 2)];
  if (one === undefined) throw new Error('expected at least one measurement');
  return one;
}
