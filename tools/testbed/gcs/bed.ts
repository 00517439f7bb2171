/**
 * Test bed of Google Cloud Storage: fake-gcs-server, built once with Go, behind what it leaves out (see `server/`).
 * `node tools/testbed/gcs/bed.ts up|down|status`; each may be called again at any time.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { actOnBed, BEDS, freePort, ServerProcess } from '../server-process.ts';

/** Environment of those who use the bed. */
export type BedEnvironment = Readonly<Record<string, string>>;

const SOURCE = join(import.meta.dirname, 'server');
/** Takes the place of a file of the module, see there. */
const BACKEND = join(SOURCE, 'backend', 'memory.go');
const MODULE = 'github.com/fsouza/fake-gcs-server';
const BUCKET = 'testbed';
const server = new ServerProcess('gcs');

/** The program, under a name that changes with its source. */
function programPath(): string {
  const hash = createHash('sha256');
  const files = readdirSync(SOURCE, { withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { name } of files.sort((a, b) => (a.name < b.name ? -1 : 1)))
    hash.update(readFileSync(join(SOURCE, name)));
  hash.update(readFileSync(BACKEND));
  return join(BEDS, 'programs', `gcs-${hash.digest('hex').slice(0, 16)}`);
}

/** Builds the program unless it is there. Why it could not, or `undefined`. */
function build(path: string): string | undefined {
  if (existsSync(path)) return undefined;
  mkdirSync(join(BEDS, 'programs'), { recursive: true });
  const aside = `${path}.${process.pid}`;
  const fake = `${aside}.module`;
  try {
    go('mod', 'download');
    // Files of the module cache cannot be replaced, so a copy takes the place of the module.
    cpSync(go('list', '-m', '-f', '{{.Dir}}', MODULE), fake, { recursive: true });
    const target = join(fake, 'internal', 'backend', 'memory.go');
    chmodSync(dirname(target), 0o755);
    rmSync(target);
    copyFileSync(BACKEND, target);
    writeFileSync(
      `${aside}.mod`,
      `${readFileSync(join(SOURCE, 'go.mod'), 'utf8')}\nreplace ${MODULE} => ${fake}\n`,
    );
    copyFileSync(join(SOURCE, 'go.sum'), `${aside}.sum`);
    go('build', '-tags', 'testbed', `-modfile=${aside}.mod`, '-o', aside, '.');
    renameSync(aside, path);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    removeWritable(fake);
    for (const ending of ['.mod', '.sum']) rmSync(`${aside}${ending}`, { force: true });
  }
}

/** Removes a copy of a module, whose folders are read-only as those of the module cache are. */
function removeWritable(folder: string): void {
  if (!existsSync(folder)) return;
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeWritable(join(folder, entry.name));
  rmSync(folder, { recursive: true });
}

/** What a command of Go says. @throws with the end of its complaint */
function go(...words: readonly string[]): string {
  const { error, status, stdout, stderr } = spawnSync('go', words, {
    cwd: SOURCE,
    encoding: 'utf8',
  });
  if (error !== undefined) throw new Error('needs Go 1.25 or newer, to build fake-gcs-server');
  if (status === 0) return stdout.trim();
  throw new Error(`go ${words[0]}: ${stderr.trim().split('\n').slice(-2).join(' | ')}`);
}

/** Brings the bed up. The environment to use it with, or why it could not. */
export async function bringUp(): Promise<BedEnvironment | { readonly reason: string }> {
  const running = server.running();
  if (running !== undefined) return running;
  const program = programPath();
  const missing = build(program);
  if (missing !== undefined) return { reason: missing };
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = { ORCHESTRATE_TESTBED_GCS: url, ORCHESTRATE_TESTBED_GCS_BUCKET: BUCKET };
  const reason = await server.start({
    argv: [program, '-port', String(port), '-bucket', BUCKET],
    mark: program,
    environment,
    isReady: async () => (await fetch(`${url}/storage/v1/b/${BUCKET}`)).ok,
  });
  return reason === undefined ? environment : { reason };
}

/** Takes the bed down with all objects; the program stays. */
export function bringDown(): void {
  server.stop();
}

if (import.meta.main) {
  const bed = { name: 'gcs', up: bringUp, down: bringDown, running: () => server.running() };
  process.exitCode = await actOnBed(bed, process.argv[2]);
}
