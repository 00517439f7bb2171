/** `npm run demo`: runs the ice-sheet sweep from the beginning, as a person would, and says where the results are. */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const folder = join(root, 'examples', 'ice-sheet');

/** Runs a command of the command line, straight from its source: nothing has to be built first. */
function orchestrate(...words: readonly string[]): number {
  console.log(`$ orchestrate ${words.join(' ')}`);
  const bin = join(root, 'packages', 'cli', 'src', 'bin.ts');
  const call = ['--conditions=@orchestrate/source', bin, ...words];
  return spawnSync(process.execPath, call, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

// The demo shows the work being done; `orchestrate run` by itself would find most of it finished the second time.
for (const leftover of ['.orchestrate', 'results']) {
  rmSync(join(folder, leftover), { recursive: true, force: true });
}

const config = relative(root, join(folder, 'project.yaml'));
process.exitCode =
  orchestrate('plan', '--config', config) || orchestrate('run', '--config', config);

const results = ['table.csv', 'figure.svg'].map((name) => join(folder, 'results', name));
if (process.exitCode === 0 && results.every((path) => existsSync(path))) {
  console.log(
    `\nThe table and the plot: ${results.map((path) => relative(root, path)).join(', ')}`,
  );
  console.log(`Run it again and nothing is done twice: npx orchestrate run --config ${config}`);
}
