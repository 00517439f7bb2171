/** `npm run demo`: runs the ensemble from the beginning, as a person would, writes its report, and says where things are. */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const folder = join(root, 'examples', 'ice-ensemble');
const config = relative(root, join(folder, 'project.yaml'));

/** The member that is too fine for its time and has to be given up. */
const STUCK = 'sheets.job/accumulation=0.5,temperature=-15.0,resolution=1.0';

function call(words: readonly string[], stdio: 'inherit' | 'pipe'): { code: number; out: string } {
  const bin = join(root, 'packages', 'cli', 'src', 'bin.ts');
  const argv = ['--conditions=@orchestrate/source', bin, ...words, '--config', config];
  const { status, stdout } = spawnSync(process.execPath, argv, { cwd: root, stdio });
  return { code: status ?? 1, out: stdout?.toString() ?? '' };
}

/** Runs a command of the command line, straight from its source: nothing has to be built first. */
function orchestrate(...words: readonly string[]): number {
  console.log(`$ orchestrate ${words.join(' ')} --config ${config}`);
  return call(words, 'inherit').code;
}

/** Names of the tasks that failed in the last run. */
function failed(): readonly string[] {
  const { failures } = JSON.parse(call(['report', '--json'], 'pipe').out) as {
    readonly failures: readonly { readonly task: string }[];
  };
  return failures.map(({ task }) => task);
}

// The demo shows the work being done; `orchestrate run` by itself would find most of it finished the second time.
for (const leftover of ['.orchestrate', 'members', 'archive', 'results', 'report.html']) {
  rmSync(join(folder, leftover), { recursive: true, force: true });
}

const planned = orchestrate('plan');
const ran = planned === 0 ? orchestrate('run') : planned;
const reported = orchestrate('report', '--output', relative(root, join(folder, 'report.html')));
const bad = failed();
const made = ['report.html', 'results/figure.svg', 'results/table.csv'];
const isMade = reported === 0 && made.every((path) => existsSync(join(folder, path)));
const isAsMeant = ran === 1 && bad.length === 1 && bad[0] === STUCK;
if (isAsMeant && isMade) {
  console.log(
    `\nOne member made no progress and was given up, as it should be; the others are in ${relative(root, join(folder, 'archive'))}.`,
  );
  console.log(`The plot and the table: ${relative(root, join(folder, 'results'))}`);
  console.log(`The report, for a browser: ${relative(root, join(folder, 'report.html'))}`);
  console.log(`Run it again and nothing is done twice: npx orchestrate run --config ${config}`);
} else {
  console.error(`\nThis is not how the demo should end. Failed: ${bad.join(', ') || 'nothing'}`);
  process.exitCode = 1;
}
