/**
 * Test bed of Kubernetes: a real one of one node on this machine, without any registry.
 * `node tools/testbed/kubernetes/bed.ts up|down|status`; each may be called again at any time.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { installPackages } from '../debian-packages.ts';
import { actOnBed } from '../server-process.ts';
import { kubeconfig, makeCertificates } from './certificates.ts';
import { daemons, isRunning, startDaemon, stopDaemon } from './daemons.ts';
import { ctr, importImages } from './image.ts';
import { ADDRESS, at, BRIDGE, FOLDER, IMAGE, NODE } from './layout.ts';
import { buildPrograms, programPath } from './programs.ts';
import { writeSettings } from './settings.ts';

/** Environment of those who use the bed. */
export type BedEnvironment = Readonly<Record<string, string>>;

const PACKAGES = new Map([
  ['etcd-server', '/usr/bin/etcd'],
  ['containerd', '/usr/bin/containerd'],
  ['runc', '/usr/sbin/runc'],
  ['containernetworking-plugins', '/usr/lib/cni/bridge'],
  ['busybox-static', '/bin/busybox'],
  ['openssl', '/usr/bin/openssl'],
  ['iproute2', '/sbin/ip'],
  ['mount', '/bin/mount'],
]);
const READY_WITHIN_MS = 60_000;

function ip(...args: readonly string[]): void {
  spawnSync('ip', args, { stdio: 'ignore' });
}

/** `kubectl delete` waits until a thing is gone, and would wait for ever for one that does not go. */
const LONGEST_CALL_MS = 120_000;

/** What kubectl answers, asked as the administrator; `undefined` when it fails or takes too long. */
export function kubectl(
  args: readonly string[],
  input = '',
  longest = LONGEST_CALL_MS,
): string | undefined {
  const { status, stdout } = spawnSync(
    programPath('kubectl'),
    [`--kubeconfig=${kubeconfig('admin')}`, ...args],
    { encoding: 'utf8', input, timeout: longest, killSignal: 'SIGKILL' },
  );
  return status === 0 ? stdout : undefined;
}

function isNodeReady(): boolean {
  const path = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}';
  return kubectl(['get', 'node', NODE, '-o', path]) === 'True';
}

/** Pods are made for an account that the controller manager makes after each namespace. */
function isReadyForPods(): boolean {
  return isNodeReady() && kubectl(['get', 'serviceaccount', 'default']) !== undefined;
}

function environment(): BedEnvironment {
  return {
    ORCHESTRATE_TESTBED_KUBECONFIG: kubeconfig('admin'),
    ORCHESTRATE_TESTBED_K8S_IMAGE: IMAGE,
    ORCHESTRATE_TESTBED_KUBECTL: programPath('kubectl'),
  };
}

/** The environment to use the bed with, when it is up. */
export function running(): BedEnvironment | undefined {
  const isUp = Object.keys(daemons()).every(isRunning) && isNodeReady();
  return isUp ? environment() : undefined;
}

async function start(): Promise<string | undefined> {
  makeCertificates();
  writeSettings();
  ip('address', 'add', `${ADDRESS}/32`, 'dev', 'lo');
  for (const name of Object.keys(daemons())) {
    const reason = await startDaemon(name);
    if (reason !== undefined) return reason;
    if (name === 'containerd' && !ctr('images', 'list', '-q').includes(IMAGE)) importImages();
  }
  const until = performance.now() + READY_WITHIN_MS;
  while (performance.now() < until) {
    if (isReadyForPods()) return undefined;
    await setTimeout(250);
  }
  return 'the node does not become ready';
}

/** Brings the bed up. The environment to use it with, or why it could not. */
export async function bringUp(): Promise<BedEnvironment | { readonly reason: string }> {
  if (process.platform !== 'linux') return { reason: `needs Linux, this is ${process.platform}` };
  if (process.getuid?.() !== 0) return { reason: 'needs root, for a kubelet' };
  const up = running();
  if (up !== undefined) return up;
  const missing = installPackages(PACKAGES) ?? buildPrograms();
  if (missing !== undefined) return { reason: missing };
  try {
    const reason = await start();
    return reason === undefined ? environment() : { reason };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

/** File systems that are mounted below the folder of the bed, innermost first. */
function mounts(): string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${FOLDER}/`))
    .reverse();
}

/** Ends what containerd left behind: the processes that watch over containers, and with them the containers. */
function endShims(): void {
  for (const pid of readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))) {
    let words = '';
    try {
      words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      continue;
    }
    if (!words.includes('containerd-shim') || !words.includes(FOLDER)) continue;
    spawnSync('pkill', ['-KILL', '-P', pid]);
    process.kill(Number(pid), 'SIGKILL');
  }
}

/** Takes the bed down with all that ran on it; the programs stay. */
export function bringDown(): void {
  for (const name of Object.keys(daemons()).reverse()) stopDaemon(name);
  endShims();
  for (const path of mounts()) spawnSync('umount', ['--lazy', path]);
  ip('link', 'delete', BRIDGE);
  ip('address', 'delete', `${ADDRESS}/32`, 'dev', 'lo');
  if (existsSync(at())) rmSync(FOLDER, { recursive: true, force: true });
}

if (import.meta.main) {
  const bed = { name: 'kubernetes', up: bringUp, down: bringDown, running };
  process.exitCode = await actOnBed(bed, process.argv[2]);
}
