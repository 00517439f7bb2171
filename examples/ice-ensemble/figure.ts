/** Draws all members that are in the archive, and makes one table of them: `node figure.ts archive results`. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { plot, table } from '../ice-sheet/report.ts';

const [archive = 'archive', results = 'results'] = process.argv.slice(2);
const profiles = readdirSync(archive)
  .sort()
  .map((member) => join(archive, member, 'profile.json'))
  .filter((file) => existsSync(file));
mkdirSync(results, { recursive: true });
const context = {
  signal: new AbortController().signal,
  task: 'figure',
  attempt: 1,
  inputs: {},
  outputs: { table: join(results, 'table.csv'), figure: join(results, 'figure.svg') },
};
plot({ profiles }, context);
console.log(table({ profiles }, context));
