/**
 * Test bed of Azure Blob Storage: Azurite, from npm. `node tools/testbed/azure/bed.ts up|down|status`; each may be called
 * again at any time.
 */
import { spawnSync } from 'node:child_process';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { actOnBed, BEDS, freePort, ServerProcess } from '../server-process.ts';

/** Environment of those who use the bed. */
export type BedEnvironment = Readonly<Record<string, string>>;

const ACCOUNT = 'testbed';
const CONTAINER = 'testbed';
const MANIFESTS = ['package.json', 'package-lock.json'] as const;
const MANIFESTS_AT = join(import.meta.dirname, 'azurite');
const server = new ServerProcess('azure');

/** Where the packages are, under a name that changes with them. */
function packagesPath(): string {
  const hash = createHash('sha256');
  for (const file of MANIFESTS) hash.update(readFileSync(join(MANIFESTS_AT, file)));
  return join(BEDS, 'programs', `azure-${hash.digest('hex').slice(0, 16)}`);
}

/** Installs Azurite unless it is there. Why it could not, or `undefined`. */
function install(path: string): string | undefined {
  if (existsSync(path)) return undefined;
  const aside = `${path}.${process.pid}`;
  mkdirSync(aside, { recursive: true });
  for (const file of MANIFESTS) copyFileSync(join(MANIFESTS_AT, file), join(aside, file));
  const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts'];
  const done = spawnSync('npm', args, { cwd: aside, encoding: 'utf8' });
  if (done.status !== 0) {
    rmSync(aside, { recursive: true, force: true });
    return `npm ci of azurite: ${(done.stderr ?? '').trim().split('\n').slice(-2).join(' | ')}`;
  }
  renameSync(aside, path);
  return undefined;
}

/** Makes the container with a request signed by the account's key: the bed itself needs no library. */
async function makeContainer(endpoint: string, key: string): Promise<boolean> {
  const date = new Date().toUTCString();
  const version = '2025-01-05';
  const resource = `/${ACCOUNT}/${ACCOUNT}/${CONTAINER}\nrestype:container`;
  const headers = `x-ms-date:${date}\nx-ms-version:${version}`;
  const text = `PUT\n\n\n\n\n\n\n\n\n\n\n\n${headers}\n${resource}`;
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
  const answer = await fetch(`${endpoint}/${CONTAINER}?restype=container`, {
    method: 'PUT',
    headers: {
      'x-ms-date': date,
      'x-ms-version': version,
      authorization: `SharedKey ${ACCOUNT}:${signature}`,
    },
  });
  return answer.ok;
}

/** Brings the bed up. The environment to use it with, or why it could not. */
export async function bringUp(): Promise<BedEnvironment | { readonly reason: string }> {
  const running = server.running();
  if (running !== undefined) return running;
  const packages = packagesPath();
  const missing = install(packages);
  if (missing !== undefined) return { reason: missing };
  const port = await freePort();
  const key = randomBytes(64).toString('base64');
  const endpoint = `http://127.0.0.1:${port}/${ACCOUNT}`;
  const connection = `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${key};BlobEndpoint=${endpoint};`;
  const environment = {
    ORCHESTRATE_TESTBED_AZURE: connection,
    ORCHESTRATE_TESTBED_AZURE_CONTAINER: CONTAINER,
  };
  const folder = join(BEDS, 'azure', 'blobs');
  const program = join(packages, 'node_modules', 'azurite', 'dist', 'src', 'blob', 'main.js');
  const where = ['--blobHost', '127.0.0.1', '--blobPort', String(port), '--location', folder];
  // The library asks for a version of the service that is newer than the emulator.
  const options = [...where, '--skipApiVersionCheck', '--disableTelemetry', '--silent'];
  const reason = await server.start({
    argv: [process.execPath, program, ...options],
    env: { AZURITE_ACCOUNTS: `${ACCOUNT}:${key}` },
    mark: program,
    environment,
    isReady: () => makeContainer(endpoint, key),
  });
  return reason === undefined ? environment : { reason };
}

/** Takes the bed down with all blobs; the packages stay. */
export function bringDown(): void {
  server.stop();
}

if (import.meta.main) {
  const bed = { name: 'azure', up: bringUp, down: bringDown, running: () => server.running() };
  process.exitCode = await actOnBed(bed, process.argv[2]);
}
