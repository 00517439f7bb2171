/**
 * Makes the bed an ice sheet grows on: a dome with hills, 1,500 km wide.
 *
 *   node bed.ts --resolution 12.5 --out bed.json
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const WIDTH_KM = 1500;
const HILL_HEIGHT_M = 150;
const HILLS = 6;

const { values } = parseArgs({
  options: { resolution: { type: 'string' }, out: { type: 'string' }, hills: { type: 'string' } },
});
const resolution = Number(values.resolution);
const nodes = Math.round(WIDTH_KM / resolution) + 1;
if (!Number.isFinite(resolution) || resolution <= 0 || (nodes - 1) * resolution !== WIDTH_KM) {
  console.error(
    `--resolution: expected a divisor of ${WIDTH_KM} km, got ${values.resolution ?? 'nothing'}`,
  );
  process.exit(2);
}
const height = values.hills === undefined ? HILL_HEIGHT_M : Number(values.hills);
const elevation = Array.from({ length: nodes }, (_, node) => {
  const along = node / (nodes - 1);
  return height * Math.sin(Math.PI * along) * (1 + Math.cos(2 * Math.PI * HILLS * along)) * 0.5;
});
writeFileSync(values.out ?? 'bed.json', JSON.stringify({ spacing: resolution * 1000, elevation }));
