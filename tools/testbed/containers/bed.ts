/**
 * Test bed of containers: a podman with settings, storage and an image of its own, apart from what the machine has.
 * `node tools/testbed/containers/bed.ts up|down|status`; each may be called again at any time.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { buildImage, IMAGE, lastWords, podman } from './image.ts';
import { installMissing } from './packages.ts';

/** What a process must have in its environment to use the bed. */
export type BedEnvironment = Readonly<Record<string, string>>;

const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
const STATE = join(cache, 'orchestrate-testbed', 'containers');

/** Whether the bed has its own settings; without them podman would take those of the machine. */
const isSettled = (): boolean => existsSync(join(STATE, 'storage.conf'));

const environment: BedEnvironment = {
  CONTAINERS_CONF: join(STATE, 'containers.conf'),
  CONTAINERS_STORAGE_CONF: join(STATE, 'storage.conf'),
  ORCHESTRATE_TESTBED_IMAGE: IMAGE,
};

/** podman asks for more open files than a container of a build service may have, and for a cgroup manager it has not. */
const CONTAINERS_CONF = `[containers]
default_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
`;

function writeSettings(): void {
  mkdirSync(STATE, { recursive: true });
  writeFileSync(join(STATE, 'containers.conf'), CONTAINERS_CONF);
  const [root, run] = [join(STATE, 'root'), join(STATE, 'run')].map((path) => JSON.stringify(path));
  const storage = `[storage]\ndriver = "overlay"\ngraphroot = ${root}\nrunroot = ${run}\n`;
  writeFileSync(join(STATE, 'storage.conf'), storage);
}

/** Why no container runs, or `undefined` when one does. */
function tryImage(): string | undefined {
  const ran = podman(environment, 'run', '--rm', '--entrypoint=sh', IMAGE, '-c', 'exit 3');
  return ran.status === 3 ? undefined : `podman run: ${lastWords(ran)}`;
}

/** Brings the bed up. The environment to use it with, or why it could not. */
export function bringUp(): BedEnvironment | { readonly reason: string } {
  const missing = installMissing();
  if (missing !== undefined) return { reason: missing };
  writeSettings();
  const reason = buildImage(environment, join(STATE, 'image')) ?? tryImage();
  return reason === undefined ? environment : { reason };
}

/** Takes the bed down with everything it kept; installed packages stay. */
export function bringDown(): void {
  if (!isSettled()) return;
  podman(environment, 'rm', '--all', '--force', '--time=0');
  podman(environment, 'rmi', '--all', '--force');
  rmSync(STATE, { recursive: true, force: true });
}

function reportStatus(): void {
  const isUp = isSettled() && podman(environment, 'image', 'exists', IMAGE).status === 0;
  console.log(isUp ? `containers: up, with the image ${IMAGE}` : 'containers: down');
}

function act(verb: string | undefined): number {
  if (verb === 'status') reportStatus();
  else if (verb === 'down') bringDown();
  else if (verb === 'up') {
    const bed = bringUp();
    if ('reason' in bed) {
      console.log(`did not run: containers (${bed.reason})`);
      return 1;
    }
    for (const [name, value] of Object.entries(bed)) console.log(`${name}=${value}`);
  } else {
    console.error('usage: node tools/testbed/containers/bed.ts up|down|status');
    return 2;
  }
  return 0;
}

if (import.meta.main) process.exitCode = act(process.argv[2]);
