/**
 * Test bed of Google Cloud Storage: fake-gcs-server, built once with Go, behind what it leaves out (see `server/`).
 * `node tools/testbed/gcs/bed.ts up|down|status`; each may be called again at any time.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { actOnBed, BEDS, freePort, ServerProcess } from '../server-process.ts';

/** Environment of those who use the bed. */
export type BedEnvironment = Readonly<Record<string, string>>;

const SOURCE = join(import.meta.dirname, 'server');
const BUCKET = 'testbed';
const server = new ServerProcess('gcs');

/** The program, under a name that changes with its source. */
function programPath(): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(SOURCE).sort()) hash.update(readFileSync(join(SOURCE, file)));
  return join(BEDS, 'programs', `gcs-${hash.digest('hex').slice(0, 16)}`);
}

/** Builds the program unless it is there. Why it could not, or `undefined`. */
function build(path: string): string | undefined {
  if (existsSync(path)) return undefined;
  mkdirSync(join(BEDS, 'programs'), { recursive: true });
  const aside = `${path}.${process.pid}`;
  const built = spawnSync('go', ['build', '-o', aside, '.'], { cwd: SOURCE, encoding: 'utf8' });
  if (built.error !== undefined) return 'needs Go 1.25 or newer, to build fake-gcs-server';
  if (built.status !== 0)
    return `go build: ${built.stderr.trim().split('\n').slice(-2).join(' | ')}`;
  renameSync(aside, path);
  return undefined;
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
