import { Worker } from 'node:worker_threads';
import type { WalkedFile, WalkedOddity } from './walk.ts';

/** What the thread says: names and marks with NUL between them. */
interface Walked {
  readonly names: string;
  readonly marks: string;
  readonly sizes: readonly number[];
  readonly odd: readonly (readonly [relative: string, why: string])[];
}

/** `filesBelow` in another thread: looking at many files takes a processor, and the other side of a sync needs one as well. */
export async function walkAside(root: string): Promise<Iterable<WalkedFile | WalkedOddity>> {
  const isSource = import.meta.url.endsWith('.ts');
  const entry = new URL(isSource ? './walk-thread.ts' : './walk-thread.js', import.meta.url);
  const { promise, resolve, reject } = Promise.withResolvers<Walked>();
  const thread = new Worker(entry, { workerData: root });
  thread.once('message', resolve);
  thread.once('error', reject);
  thread.once('exit', () => reject(new Error('the thread ended without a word')));
  return filesOf(await promise);
}

function* filesOf({ names, marks, sizes, odd }: Walked): Generator<WalkedFile | WalkedOddity> {
  for (const [relative, why] of odd) yield { relative, why };
  if (sizes.length === 0) return;
  const [allNames, allMarks] = [names.split('\0'), marks.split('\0')];
  for (const [at, bytes] of sizes.entries())
    yield { relative: allNames[at] ?? '', mark: allMarks[at] ?? '', bytes };
}
