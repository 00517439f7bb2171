/** Removes a folder in a process of its own, which a test may kill. Arguments: the JSON of the step's arguments. */
import { remove } from '../src/remove/remove.ts';

const { signal } = new AbortController();
process.stdout.write('begun\n');
await remove(JSON.parse(process.argv[2] ?? ''), {
  signal,
  task: 'victim',
  attempt: 1,
  inputs: {},
  outputs: {},
});
process.stdout.write('done\n');
