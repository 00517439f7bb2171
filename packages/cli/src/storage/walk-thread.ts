/** Walks a folder in a thread of its own and posts what it found, see walk-aside.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { filesBelow } from './walk.ts';

const names: string[] = [];
const marks: string[] = [];
const sizes: number[] = [];
const odd: [string, string][] = [];
for (const found of filesBelow(String(workerData))) {
  if ('why' in found) odd.push([found.relative, found.why]);
  else {
    names.push(found.relative);
    marks.push(found.mark);
    sizes.push(found.bytes);
  }
}
// Two long texts cross over in no time, two hundred thousand short ones do not.
parentPort?.postMessage({ names: names.join('\0'), marks: marks.join('\0'), sizes, odd });
