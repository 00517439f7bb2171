import type { JobSpec } from '@orchestrate/core';
import type { K8sConfig, K8sJobOptions } from './config.ts';
import { layOver } from './lay-over.ts';
import { MAIN, OURS } from './objects.ts';

/** What a pod is made of. */
export interface PodParts {
  readonly job: JobSpec;
  readonly config: K8sConfig;
  readonly options: K8sJobOptions;
  /** ConfigMaps of volumes that are made of files of the project. */
  readonly fileMaps?: ReadonlyMap<string, string>;
  /** Words that make the calls of a pack. */
  readonly calls?: readonly string[];
  /** Secret with the values of its environment: variable -> key. */
  readonly environment?: { readonly secret: string; readonly keys: ReadonlyMap<string, string> };
}

/** What the manifest of a job is made of. */
export interface ManifestParts extends PodParts {
  readonly run: string;
  readonly owner: string;
  /** Digest of what was submitted. */
  readonly digest: string;
  /** Object that takes the job with it when it is deleted. */
  readonly anchor: { readonly name: string; readonly uid: string };
  /** Pods of an Indexed Job, all at once. */
  readonly pods?: number;
}

/** `$(NAME)` in a command would be replaced by Kubernetes. */
const verbatim = (word: string): string => word.replaceAll('$', '$$$$');

/** Two streams would come into the log in no order. */
const ONE_STREAM = ['/bin/sh', '-c', 'exec "$@" 2>&1', 'sh'].map(verbatim);

function commandOf({ job: { work }, config, options, calls }: PodParts): string[] {
  const hasShell = options.shell ?? config.shell ?? true;
  switch (work.kind) {
    case 'command':
      return [...(hasShell ? ONE_STREAM : []), ...work.argv.map(verbatim)];
    case 'shell': {
      const strict = work.shell === 'bash' ? ['-euo', 'pipefail'] : ['-eu'];
      return [work.shell, ...strict, '-c', verbatim(`exec 2>&1\n${work.script}`)];
    }
    case 'functions':
      return [...(hasShell ? ONE_STREAM : []), ...(calls ?? []).map(verbatim)];
  }
}

const SHARED_MEMORY = 'shared-memory';

function volumesOf({ config, options, fileMaps }: PodParts): {
  readonly volumes: object[];
  readonly volumeMounts: object[];
} {
  const volumes: object[] = [];
  const volumeMounts: object[] = [];
  for (const [name, volume] of Object.entries({ ...config.volumes, ...options.volumes })) {
    const { mountPath, readOnly, subPath, files: _files, ...source } = volume;
    const map = fileMaps?.get(name);
    volumes.push({ name, ...source, ...(map === undefined ? {} : { configMap: { name: map } }) });
    volumeMounts.push({ name, mountPath, readOnly, ...(subPath === undefined ? {} : { subPath }) });
  }
  const sizeLimit = options.sharedMemory ?? config.sharedMemory;
  if (sizeLimit !== undefined) {
    volumes.push({ name: SHARED_MEMORY, emptyDir: { medium: 'Memory', sizeLimit } });
    volumeMounts.push({ name: SHARED_MEMORY, mountPath: '/dev/shm' });
  }
  return { volumes, volumeMounts };
}

/** CPUs are asked for and not limited: a limit makes a job slow while its node has nothing to do. */
function resourcesOf({ job, config, options }: PodParts): object {
  const { cpus, memoryBytes, gpus, diskBytes } = job.resources;
  const bounded = {
    ...(memoryBytes === undefined ? {} : { memory: `${Math.ceil(memoryBytes)}` }),
    ...(diskBytes === undefined ? {} : { 'ephemeral-storage': `${Math.ceil(diskBytes)}` }),
    ...(gpus === undefined ? {} : { 'nvidia.com/gpu': `${gpus}` }),
  };
  const asked = cpus === undefined ? {} : { cpu: `${Math.max(1, Math.round(cpus * 1000))}m` };
  return {
    requests: { ...asked, ...bounded, ...config.requests, ...options.requests },
    limits: { ...bounded, ...config.limits, ...options.limits },
  };
}

function environmentOf({ environment, config, options }: PodParts): object[] {
  const fromSecret = (name: string, secret: string, key: string): object => ({
    name,
    valueFrom: { secretKeyRef: { name: secret, key } },
  });
  const wanted = Object.entries({ ...config.secretEnv, ...options.secretEnv });
  return [
    ...wanted.map(([name, { secret, key }]) => fromSecret(name, secret, key)),
    ...[...(environment?.keys ?? [])].map(([name, key]) =>
      fromSecret(name, environment?.secret ?? '', key),
    ),
  ];
}

/** The first of two that is there, under a name; nothing when neither is. */
function either<T>(name: string, ...values: readonly (T | undefined)[]): object {
  const value = values.find((one) => one !== undefined);
  return value === undefined ? {} : { [name]: value };
}

function podSpec(parts: PodParts): object {
  const { job, config, options } = parts;
  const { volumes, volumeMounts } = volumesOf(parts);
  const { timeSeconds } = job.resources;
  const secrets = [...new Set([...config.imagePullSecrets, ...options.imagePullSecrets])];
  return {
    restartPolicy: 'Never',
    // The work must not be process 1, which most signals do not reach; what it leaves behind ends with it.
    shareProcessNamespace: true,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: config.graceSeconds,
    ...(timeSeconds === undefined
      ? {}
      : { activeDeadlineSeconds: Math.max(1, Math.ceil(timeSeconds)) }),
    ...either('serviceAccountName', options.serviceAccount, config.serviceAccount),
    ...(secrets.length === 0 ? {} : { imagePullSecrets: secrets.map((name) => ({ name })) }),
    nodeSelector: { ...config.nodeSelector, ...options.nodeSelector },
    tolerations: [...config.tolerations, ...options.tolerations],
    ...either('affinity', options.affinity, config.affinity),
    ...either('priorityClassName', options.priorityClass, config.priorityClass),
    ...either('securityContext', options.securityContext, config.securityContext),
    volumes,
    containers: [
      {
        name: MAIN,
        image: job.image ?? config.image,
        ...either('imagePullPolicy', options.imagePullPolicy, config.imagePullPolicy),
        command: commandOf(parts),
        workingDir: job.directory,
        env: environmentOf(parts),
        resources: resourcesOf(parts),
        volumeMounts,
      },
    ],
  };
}

/** Template of a pod, with what people want laid over it. */
export function podTemplate(parts: PodParts, labels: Readonly<Record<string, string>>): unknown {
  const { config, options } = parts;
  const template = {
    metadata: { labels, annotations: { ...config.annotations, ...options.annotations } },
    spec: podSpec(parts),
  };
  return layOver(layOver(template, config.podTemplate ?? {}), options.podTemplate ?? {});
}

/** A pod that failed is not made again: whether its work is, the engine decides. Of several, the others go on. */
function retriesOf(pods: number | undefined): object {
  if (pods === undefined) return { backoffLimit: 0 };
  return {
    completionMode: 'Indexed',
    completions: pods,
    parallelism: pods,
    backoffLimitPerIndex: 0,
  };
}

/** A `batch/v1` Job that runs a job once and is never removed by the cluster. */
export function jobManifest(parts: ManifestParts): object {
  const { job, run, config, options, owner, digest, anchor, environment } = parts;
  const labels = {
    ...config.labels,
    ...options.labels,
    'app.kubernetes.io/managed-by': 'orchestrate',
    [OURS.owner]: owner,
    [OURS.run]: run,
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: job.key,
      labels,
      annotations: {
        [OURS.task]: job.name,
        [OURS.spec]: digest,
        [OURS.log]: job.logPath,
        ...(environment === undefined ? {} : { [OURS.environment]: environment.secret }),
      },
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', ...anchor }],
    },
    spec: {
      ...retriesOf(parts.pods),
      // Another pod only once the one before is certainly over.
      podReplacementPolicy: 'Failed',
      template: podTemplate(parts, labels),
    },
  };
}
