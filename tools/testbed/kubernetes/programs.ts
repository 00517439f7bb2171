import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { BEDS } from '../server-process.ts';
import { VERSION } from './layout.ts';

const SOURCE = join(import.meta.dirname, 'programs');
const NAMES = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kubectl',
] as const;

/** A program of Kubernetes that the bed builds. */
export type ProgramName = (typeof NAMES)[number];

/** Folder of the programs, which changes with what they are made of. */
function folder(): string {
  const hash = createHash('sha256').update(VERSION);
  for (const name of ['go.mod', 'go.sum']) hash.update(readFileSync(join(SOURCE, name)));
  return join(BEDS, 'programs', `kubernetes-${hash.digest('hex').slice(0, 16)}`);
}

export const programPath = (name: ProgramName): string => join(folder(), name);

/** What programs say their version is: without it they take themselves for something very old. */
function versionFlags(): string {
  const [major = '', minor = ''] = VERSION.slice(1).split('.');
  const values = { gitVersion: VERSION, gitMajor: major, gitMinor: minor };
  const packages = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'];
  return packages
    .flatMap((path) => Object.entries(values).map(([name, value]) => `-X ${path}.${name}=${value}`))
    .join(' ');
}

/** Builds the programs unless they are there, which takes minutes. Why it could not, or `undefined`. */
export function buildPrograms(): string | undefined {
  const place = folder();
  if (existsSync(place)) return undefined;
  const aside = `${place}.${process.pid}`;
  mkdirSync(aside, { recursive: true });
  const packages = NAMES.map((name) => `k8s.io/kubernetes/cmd/${name}`);
  const flags = ['-trimpath', '-ldflags', `-s -w ${versionFlags()}`];
  const { error, status, stderr } = spawnSync('go', ['build', ...flags, '-o', aside, ...packages], {
    cwd: SOURCE,
    encoding: 'utf8',
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly' },
  });
  if (error !== undefined) return 'needs Go 1.24 or newer, to build the programs of Kubernetes';
  if (status !== 0) return `go build: ${stderr.trim().split('\n').slice(-3).join(' | ')}`;
  renameSync(aside, place);
  return undefined;
}
