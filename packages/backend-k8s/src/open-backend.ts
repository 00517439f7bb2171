import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { HOST_VARIABLE, type PluginContext } from '@orchestrate/core';
import { ApiClient } from './api-client.ts';
import { BatchFiles } from './batch/batch-files.ts';
import { Batches } from './batch/batches.ts';
import type { K8sConfig } from './config.ts';
import { k8sError } from './errors.ts';
import { GonePods } from './gone-pods.ts';
import { JOB_NAME, K8sBackend } from './k8s-backend.ts';
import { HelperJobs, type HelperJobsParts } from './leader/helper-jobs.ts';
import { K8sLeaderHost } from './leader/leader-host.ts';
import { Namespace } from './namespace.ts';
import { type Job, OURS, type Pod } from './objects.ts';
import { Packs } from './packs.ts';
import { RunObjects } from './run-objects.ts';
import { Submitter } from './submitter.ts';
import { WatchedList } from './watched-list.ts';

/** @throws K8S_CONFIG */
function readKubeConfig({ kubeconfig, context }: K8sConfig, directory: string): KubeConfig {
  const config = new KubeConfig();
  const file = kubeconfig?.replace(/^~(?=\/)/, homedir());
  try {
    if (file === undefined) config.loadFromDefault();
    else config.loadFromFile(isAbsolute(file) ? file : join(directory, file));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw k8sError('K8S_CONFIG', `The kubeconfig cannot be read: ${why}`, { cause: error });
  }
  if (context !== undefined) {
    if (config.getContextObject(context) === null) {
      const there = config.getContexts().map(({ name }) => name);
      const message = `There is no context ${context}, expected one of: ${there.join(', ') || 'none is there'}`;
      throw k8sError('K8S_CONFIG', message, { details: { context } });
    }
    config.setCurrentContext(context);
  }
  if (config.getCurrentCluster() === null)
    throw k8sError('K8S_CONFIG', 'The kubeconfig names no cluster for its current context');
  return config;
}

/** The API server of the cluster that a leader was brought to. */
function ownCluster(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromCluster();
  return config;
}

/** @throws K8S_CONFIG */
function checkLeader({ leader, volumes }: K8sConfig): void {
  if (leader === undefined) return;
  const mounts = Object.values(volumes).map(({ mountPath }) => mountPath.replace(/\/+$/, ''));
  if (mounts.some((mount) => leader.folder.startsWith(`${mount}/`))) return;
  const message = `leader.folder is ${leader.folder}, expected a folder below the mountPath of one of volumes: ${mounts.join(', ') || 'there is none'}`;
  throw k8sError('K8S_CONFIG', message, { details: { folder: leader.folder } });
}

/** Opens the backend; nothing is asked of the cluster yet. @throws K8S_CONFIG */
export function openK8sBackend(config: K8sConfig, context: PluginContext): K8sBackend {
  const { projectDirectory, stateDirectory, clock, random, log } = context;
  checkLeader(config);
  // A leader that was brought to the cluster finds it around itself.
  const isThere = process.env[HOST_VARIABLE] === context.name;
  const kube = isThere ? ownCluster() : readKubeConfig(config, projectDirectory);
  const api = new ApiClient(kube);
  const name = config.namespace ?? kube.getContextObject(kube.getCurrentContext())?.namespace;
  const namespace = new Namespace(api, name ?? 'default');
  // Jobs of other projects, and of other backends of this one, are none of our business.
  const owner = createHash('sha256').update(stateDirectory).digest('hex').slice(0, 16);
  const around = { api, selector: `${OURS.owner}=${owner}`, clock, random, log };
  const onChange = (keys: readonly string[]): void => backend.onChange(keys);
  const jobs = new WatchedList<Job>({ ...around, path: namespace.path('jobs'), onChange });
  const pods = new WatchedList<Pod>({
    ...around,
    path: namespace.path('pods'),
    groupBy: JOB_NAME,
    onChange,
  });
  const packs = new Packs({
    state: stateDirectory,
    project: projectDirectory,
    node: config.node,
  });
  const files = new BatchFiles(stateDirectory);
  const gone = new GonePods({ pods, log, lookAgain: onChange });
  const batches = new Batches({ namespace, files, jobs, pods, gone, clock, log });
  const objects = new RunObjects(namespace, owner, projectDirectory);
  const submitter = new Submitter({ namespace, config, owner, packs, batches, files, objects });
  const helped = helperParts(namespace, config, context);
  const helpers = new HelperJobs(helped);
  const { leader } = config;
  const host =
    leader === undefined || isThere
      ? {}
      : { host: new K8sLeaderHost({ ...helped, helpers, kube, leader, random, log }) };
  const parts = { namespace, config, submitter, objects, packs, batches, jobs, pods, gone, owner };
  const backend = new K8sBackend({
    name: context.name,
    ...parts,
    ...host,
    clock,
    log,
    kube,
    helpers,
  });
  return backend;
}

/** What helpers of this project are started with. */
function helperParts(
  namespace: Namespace,
  config: K8sConfig,
  { projectDirectory, clock }: PluginContext,
): HelperJobsParts {
  return {
    namespace,
    config,
    owner: createHash('sha256').update(projectDirectory).digest('hex').slice(0, 16),
    clock,
    pause: (milliseconds, signal) =>
      pause(milliseconds, undefined, signal === undefined ? {} : { signal }),
  };
}
