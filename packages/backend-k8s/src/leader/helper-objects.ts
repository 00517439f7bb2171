import type { JobKey, JobSpec } from '@orchestrate/core';
import { type K8sConfig, K8sJobOptions } from '../config.ts';
import type { Contents } from '../file-maps.ts';
import { type PodParts, podTemplate } from '../job-manifest.ts';
import { layOver } from '../lay-over.ts';
import { OURS } from '../objects.ts';
import { RIGHTS } from './rights.ts';

/** Exit codes that say that a leader was made to go, and not that its run is over: by our own word, SIGKILL and SIGTERM. */
const MADE_TO_GO = [3, 137, 143];
/** How often a leader that was made to go has a successor. */
const SUCCESSORS = 20;
/** Seconds for which a Job that is over can still be looked at. What its leader said is in the folder of the project. */
const REMAINS_SECONDS = 300;

/** What a helper is for: it leads runs, is where commands are given, or stands in for a task that somebody looks into. */
export type HelperUse = 'leader' | 'desk' | 'debug';

/** A pod of ours that is no task, as a Job with all that belongs to it. */
export interface Helper {
  /** Name of the Job, and of all that belongs to it. */
  readonly name: string;
  readonly use: HelperUse;
  /** What its pod is made of. An environment is that of the Secret of its own name. */
  readonly pod: PodParts;
  readonly env: Readonly<Record<string, string>>;
  /** ConfigMaps that its volumes are made of. */
  readonly maps?: ReadonlyMap<string, Contents>;
  /** Whether it gets an account with the rights of whoever leads runs. */
  readonly hasAccount: boolean;
}

/** A program of ours in the cluster. */
export interface Program {
  readonly name: string;
  readonly use: HelperUse;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** After so many seconds it is ended. */
  readonly seconds?: number;
}

type LeaderConfig = NonNullable<K8sConfig['leader']>;

/** Labels of all objects of a helper. `owner`: digest of the project's folder. */
function labelsOf(use: HelperUse, owner: string): Record<string, string> {
  return {
    'app.kubernetes.io/managed-by': 'orchestrate',
    [OURS.leaderOf]: owner,
    [OURS.use]: use,
  };
}

/** Keys of variables in a Secret, where names of variables need not be allowed. */
const secretKeys = (env: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.keys(env).map((name, at) => [name, String(at)]));

/** A program as a helper, in the image and with the volumes of leaders. */
export function helperOf(program: Program, config: K8sConfig, leader: LeaderConfig): Helper {
  const { name, use, argv, cwd, env, seconds } = program;
  const image = leader.image ?? config.image;
  const job: JobSpec = {
    key: name as JobKey,
    name,
    work: { kind: 'command', argv },
    directory: cwd,
    environment: {},
    resources: seconds === undefined ? {} : { timeSeconds: seconds },
    logPath: '',
    ...(image === undefined ? {} : { image }),
  };
  const account = leader.serviceAccount ?? name;
  // Leaders have the project itself.
  const volumes = Object.fromEntries(
    Object.entries(config.volumes).filter(([, { files }]) => files === undefined),
  );
  const pod: PodParts = {
    job,
    config: {
      ...config,
      volumes,
      requests: leader.requests,
      limits: leader.limits,
      podTemplate: undefined,
    },
    options: K8sJobOptions.parse({ serviceAccount: account, podTemplate: leader.podTemplate }),
    ...environmentOf(name, env),
  };
  return { name, use, pod, env, hasAccount: leader.serviceAccount === undefined };
}

/** The part of a pod that reads its environment from the Secret of its own name. */
export function environmentOf(
  name: string,
  env: Readonly<Record<string, string>>,
): Pick<PodParts, 'environment'> {
  const keys = secretKeys(env);
  return keys.size === 0 ? {} : { environment: { secret: name, keys } };
}

/** What people want laid over a Job, and that it is to start at once. */
export interface JobOver {
  readonly metadata: object;
  readonly template: object;
}

/** The Job of a helper. It stands still until what it needs is there, unless somebody else sees to that. */
export function helperJob({ name, use, pod }: Helper, owner: string, over?: JobOver): object {
  const labels = labelsOf(use, owner);
  const isLeader = use === 'leader';
  const template = podTemplate(pod, labels);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: over?.metadata ?? { name, labels },
    spec: {
      ...(over === undefined
        ? { suspend: true, ttlSecondsAfterFinished: isLeader ? REMAINS_SECONDS : 0 }
        : {}),
      backoffLimit: isLeader ? SUCCESSORS : 0,
      // Two leaders at once would fight for the journal: the next one comes once the last is certainly over.
      podReplacementPolicy: 'Failed',
      ...(isLeader ? { podFailurePolicy: FAILURES } : {}),
      template: over === undefined ? template : layOver(template, over.template),
    },
  };
}

/** A leader that ended by itself has said how its run ended; one that was made to go is replaced, and goes on. */
const FAILURES = {
  rules: [
    { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    { action: 'FailJob', onExitCodes: { operator: 'NotIn', values: MADE_TO_GO } },
  ],
};

/** An object beside a Job, with the path of its kind below the namespace. */
export interface Companion {
  readonly kind: 'serviceaccounts' | 'roles' | 'rolebindings' | 'secrets' | 'configmaps';
  readonly body: object;
}

/** What goes with the Job of a helper: its account with its rights, and its environment. `references`: takes them along. */
export function companions(
  { name, use, env, hasAccount, maps }: Helper,
  owner: string,
  references: readonly object[],
): readonly Companion[] {
  const metadata = { name, labels: labelsOf(use, owner), ownerReferences: references };
  const secrets = Object.keys(env).length === 0 ? [] : [secretOf(metadata, env)];
  const filled = [...(maps ?? [])].map(([map, contents]): Companion => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', ...contents };
    return { kind: 'configmaps', body: { ...body, metadata: { ...metadata, name: map } } };
  });
  return [...(hasAccount ? accountOf(name, metadata) : []), ...secrets, ...filled];
}

function secretOf(metadata: object, env: Helper['env']): Companion {
  const data = Object.fromEntries(
    [...secretKeys(env)].map(([name, key]) => [
      key,
      Buffer.from(env[name] ?? '').toString('base64'),
    ]),
  );
  return { kind: 'secrets', body: { apiVersion: 'v1', kind: 'Secret', metadata, data } };
}

const RBAC = 'rbac.authorization.k8s.io';

/** An account, and the rights of whoever leads runs. */
export function accountOf(name: string, metadata: object): readonly Companion[] {
  const subjects = [{ kind: 'ServiceAccount', name }];
  const roleRef = { apiGroup: RBAC, kind: 'Role', name };
  const rbac = { apiVersion: `${RBAC}/v1`, metadata };
  return [
    { kind: 'serviceaccounts', body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata } },
    { kind: 'roles', body: { ...rbac, kind: 'Role', rules: RIGHTS } },
    { kind: 'rolebindings', body: { ...rbac, kind: 'RoleBinding', roleRef, subjects } },
  ];
}
