import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureGood, mustEqual, ORCHESTRATE, tidy, WORK } from '../measure.ts';
import type { Benchmark } from '../report.ts';

const ROWS = 1_000;
const COLUMNS = 1_000;
const CHUNKS = ROWS * COLUMNS;
const MIB = 2 ** 20;

/** Makes an array of 1,000 by 1,000 chunks of 16 by 16 elements that do not compress to next to nothing. */
const MAKE = `import { mkdirSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
const [, , store] = process.argv;
const array = {
  zarr_format: 3,
  node_type: 'array',
  shape: [${ROWS * 16}, ${COLUMNS * 16}],
  data_type: 'int16',
  chunk_grid: { name: 'regular', configuration: { chunk_shape: [16, 16] } },
  chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
  fill_value: 0,
  codecs: [
    { name: 'bytes', configuration: { endian: 'little' } },
    { name: 'gzip', configuration: { level: 1 } },
  ],
  attributes: {},
};
const chunk = gzipSync(randomBytes(512), { level: 1 });
for (let row = 0; row < ${ROWS}; row += 1) {
  mkdirSync(\`\${store}/c/\${row}\`, { recursive: true });
  for (let column = 0; column < ${COLUMNS}; column += 1) writeFileSync(\`\${store}/c/\${row}/\${column}\`, chunk);
}
writeFileSync(\`\${store}/zarr.json\`, JSON.stringify(array));
`;

const PROJECT = `name: zarr
storage: { results: { use: local, path: results } }
flows:
  make:
    tasks:
      store:
        run: "node make.mjs {{ outputs.store }}"
        dir: .
        outputs: { store: "results:tas.zarr/" }
`;

/**
 * A Zarr store of a million chunks as the output of a task, in a folder: to make and publish it, to see in the next run that it
 * is there, and to check it chunk by chunk. The limit of what looks at files is `find` with sizes and times.
 */
export const storageZarr: Benchmark = async () => {
  const project = join(WORK, 'zarr');
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, 'make.mjs'), MAKE);
  writeFileSync(join(project, 'project.yaml'), PROJECT);
  const ours = (...words: readonly string[]) =>
    measureGood([process.execPath, ORCHESTRATE, ...words], { cwd: project });
  const bare = await measureGood([process.execPath, 'make.mjs', 'bare.zarr'], { cwd: project });
  console.error(`bare ${tidy(bare.seconds)} s`);
  const first = await ours('run', '--json');
  console.error(`first ${tidy(first.seconds)} s`);
  const again = await ours('run', '--json');
  console.error(`again ${tidy(again.seconds)} s`);
  const quick = await ours('check', 'results:tas.zarr/', '--quick', '--json');
  console.error(`quick ${tidy(quick.seconds)} s`);
  const { folders } = JSON.parse(quick.stdout) as {
    folders: readonly { arrays: readonly { chunks: number }[] }[];
  };
  mustEqual('chunks', folders[0]?.arrays[0]?.chunks, CHUNKS);
  const looked = ['find', join(project, 'bare.zarr'), '-printf', '%s %T@ %P\\n'] as const;
  const find = await measureGood([...looked]);
  return {
    bench: 'storage-zarr',
    ours: {
      secondsToMakeAndPublish: tidy(first.seconds),
      secondsToSeeThatItIsThere: tidy(again.seconds),
      secondsToCheck: tidy(quick.seconds),
      mebibytesToCheck: tidy(quick.peakMemoryBytes / MIB),
    },
    rival: { secondsToMakeBare: tidy(bare.seconds), findSeconds: tidy(find.seconds) },
    ratio: {
      madeOverBare: tidy(first.seconds / bare.seconds),
      checkedOverFind: tidy(quick.seconds / find.seconds),
    },
    limit: {},
  };
};
