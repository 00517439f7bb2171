import { HOST_VARIABLE, type Json, type ProjectFiles } from '@orchestrate/core';
import type { K8sConfig } from '../config.ts';
import { k8sError } from '../errors.ts';
import { contentsOf } from '../file-maps.ts';
import { MAIN } from '../objects.ts';
import { accountOf, helperJob, helperOf } from './helper-objects.ts';

/** Where pods find the files of the project, before they are copied to where they can be written. */
const GIVEN = '/orchestrate-project';
/** Where images hold the program and the plugins: in a folder that Node finds from everywhere. */
const PROGRAM = '/node_modules/@orchestrate/cli/bin/orchestrate.js';
/** Copies the project to the volume, except for what a run has made there, and leads a run. */
const LEAD = `mkdir -p -- "$1" && cp -RL -- ${GIVEN}/. "$1/" && cd -- "$1" && shift && exec "$@"`;
/** A ConfigMap takes a mebibyte. */
const MOST_BYTES = 1_000_000;
const VOLUME = 'orchestrate-project';

function nameOf(project: string): string {
  const plain = project.toLowerCase().replace(/[^a-z0-9-]+/g, '-');
  return `orchestrate-${plain.replace(/^-+|-+$/g, '').slice(0, 40)}`;
}

function checked(files: ProjectFiles['files']): ProjectFiles['files'] {
  const bytes = files.reduce((sum, { content }) => sum + content.length, 0);
  if (bytes <= MOST_BYTES) return files;
  const [largest] = files.toSorted((one, other) => other.content.length - one.content.length);
  const message = `The files of the project have ${bytes} bytes, of which a ConfigMap takes ${MOST_BYTES}; the largest is ${largest?.path}. Keep data in a storage, or use \`run --detach --on\`, which brings files of any size`;
  throw k8sError('K8S_CONFIG', message, { details: { bytes, clean: true } });
}

/** Everything with which a cluster leads a run of a project: account, role, project files and the Job. @throws K8S_CONFIG */
export function manifests(
  project: ProjectFiles,
  config: K8sConfig,
  backend: string,
  namespace: string | undefined,
): readonly Json[] {
  const { leader } = config;
  if (leader === undefined) {
    const message =
      'The backend has no `leader:`, which says where in a volume the project is to be';
    throw k8sError('K8S_CONFIG', message, { details: { clean: true } });
  }
  const name = nameOf(project.name);
  const files = checked(project.files);
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { 'app.kubernetes.io/managed-by': 'orchestrate' },
  };
  const keys = files.map(({ path }, at) => ({ key: String(at), path }));
  const contents = new Map(files.map(({ content }, at) => [String(at), content]));
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata, ...contentsOf(contents) };
  const place = `${leader.folder}/${name}`;
  const words = [
    config.node,
    PROGRAM,
    'run',
    `--config=${project.file}`,
    '--json',
    ...project.words,
  ];
  const argv = ['/bin/sh', '-c', LEAD, 'sh', place, ...words];
  const program = { name, use: 'leader', argv, cwd: '/', env: {} } as const;
  const helper = helperOf(program, config, leader);
  const env = project.variables.map((variable) => ({
    name: variable,
    valueFrom: { secretKeyRef: { name: `${name}-env`, key: variable } },
  }));
  const given = [{ name: HOST_VARIABLE, value: backend }, ...env];
  const template = {
    spec: {
      volumes: [{ name: VOLUME, configMap: { name, items: keys } }],
      containers: [{ name: MAIN, env: given, volumeMounts: [{ name: VOLUME, mountPath: GIVEN }] }],
    },
  };
  const job = helperJob(helper, name, { metadata, template });
  const account = helper.hasAccount ? accountOf(name, metadata).map(({ body }) => body) : [];
  return [...account, map, job] as Json[];
}
