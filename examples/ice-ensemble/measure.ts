/** What is told of a member: `node measure.ts profile.json` prints JSON that the report can colour its grid by. */
import { readFileSync } from 'node:fs';
import type { Profile } from '../ice-sheet/model.ts';

const profile = JSON.parse(readFileSync(process.argv[2] ?? 'profile.json', 'utf8')) as Profile;
const [, volume = 0] = profile.series.at(-1) ?? [];
console.log(
  JSON.stringify({
    volumeKm2: Math.round(volume / 1e4) / 100,
    divideM: Math.round(Math.max(...profile.thickness)),
  }),
);
