import { z } from 'zod';

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const Name = z
  .string()
  .regex(NAME, 'expected a name of Kubernetes: small letters, digits, - and .');
const Labels = z.record(z.string(), z.string());
/** An object of Kubernetes as its reference describes it; the API server checks it. */
const AsIs = z.record(z.string(), z.unknown());

const Volume = z
  .looseObject({
    mountPath: z
      .string()
      .regex(/^\/[^:]*$/, 'expected an absolute path')
      .describe('Where jobs see it.'),
    readOnly: z.boolean().default(false),
    subPath: z.string().optional(),
    files: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe(
        'Files of the project, as paths or patterns, that are there as a ConfigMap of the run: each under its own name, together at most a megabyte.',
      ),
  })
  .describe(
    'A volume of Kubernetes with the place where jobs see it: { mountPath, persistentVolumeClaim: { claimName } }, { mountPath, nfs: ... }, { mountPath, secret: { secretName } }, { mountPath, files: [model.yaml, tables/*] }.',
  );

/** What a task may also say for itself, under its `options`. */
const pod = {
  shell: z
    .boolean()
    .optional()
    .describe(
      'Whether the image has `/bin/sh`, which brings what a command prints into one order; without it, errors may stand elsewhere in the log. Default true.',
    ),
  serviceAccount: Name.optional().describe('Account of the pods. Default: that of the namespace.'),
  imagePullSecrets: z.array(Name).default([]).describe('Secrets with which images are fetched.'),
  imagePullPolicy: z
    .enum(['Always', 'IfNotPresent', 'Never'])
    .optional()
    .describe('When images are fetched. Default: as Kubernetes does for the tag.'),
  requests: Labels.default({}).describe(
    'What is asked for beside `resources`: { ephemeral-storage: 10Gi }, { nvidia.com/gpu: 1 }.',
  ),
  limits: Labels.default({}).describe('Limits beside those that come of `resources`.'),
  nodeSelector: Labels.default({}).describe('Labels of nodes that jobs may run on.'),
  tolerations: z.array(AsIs).default([]).describe('Taints of nodes that do not keep jobs away.'),
  affinity: AsIs.optional().describe('Rules for the choice of nodes.'),
  priorityClass: Name.optional().describe('Class of priority.'),
  securityContext: AsIs.optional().describe('User, group and rights of the pods.'),
  sharedMemory: z
    .string()
    .optional()
    .describe('Size of `/dev/shm`, such as 2Gi. Default: what the nodes give, often 64Mi.'),
  volumes: z
    .record(Name, Volume)
    .default({})
    .describe('Volumes by name, beside those of the backend.'),
  secretEnv: z
    .record(z.string(), z.strictObject({ secret: Name, key: z.string() }))
    .default({})
    .describe('Variables from Secrets that are there: { TOKEN: { secret: service, key: token } }.'),
  labels: Labels.default({}).describe('Labels of Jobs and pods.'),
  annotations: Labels.default({}).describe('Annotations of pods, such as those of gcsfuse.'),
  podTemplate: AsIs.optional().describe(
    'A pod template that is laid over ours for everything else: maps are merged, lists of things with names by name, other lists replaced. The container of the work is `main`.',
  ),
} as const;

const Leader = z
  .strictObject({
    folder: z
      .string()
      .regex(/^\/[^:]*[^:/]$/, 'expected an absolute path')
      .describe(
        'Folder of ours in one of `volumes`, which must outlive pods and be seen by all of them: copies of projects and their journals are there.',
      ),
    image: z
      .string()
      .optional()
      .describe('Image of leaders, with Node 24, tar and GNU find. Default: that of the backend.'),
    serviceAccount: Name.optional().describe(
      'Account of leaders. Default: one with the rights that the README lists is made with each leader, and goes with it.',
    ),
    requests: Labels.default({ cpu: '250m', memory: '512Mi' }).describe('What leaders ask for.'),
    limits: Labels.default({}).describe('Limits of leaders.'),
    podTemplate: AsIs.optional().describe(
      'A pod template that is laid over that of leaders; that of the backend is not.',
    ),
  })
  .describe('How runs are led in the cluster itself, for `run --detach --on`.');

/** Options of the Kubernetes backend, as they stand under `backends.<name>` beside `use: k8s`. */
export const K8sConfig = z.strictObject({
  kubeconfig: z
    .string()
    .optional()
    .describe('File with the cluster. Default: as kubectl does; inside a cluster, its own.'),
  context: z.string().optional().describe('Context of that file. Default: the current one.'),
  namespace: Name.optional().describe('Namespace of all objects. Default: that of the context.'),
  image: z.string().optional().describe('Image of tasks that name none.'),
  shared: z
    .literal(true)
    .default(true)
    .describe(
      'Jobs see the folder of the project under the same path as this machine, through one of `volumes`.',
    ),
  ...pod,
  node: z
    .string()
    .min(1)
    .default('node')
    .describe('Node 24 in the images of function tasks: a name or a path there.'),
  graceSeconds: z
    .int()
    .min(0)
    .default(30)
    .describe('Seconds between the polite request to end (SIGTERM) and the forced end (SIGKILL).'),
  unstartableSeconds: z
    .number()
    .min(1)
    .default(300)
    .describe(
      'How long a pod may fail to start, for want of its image or of something it names, before its job has failed, seconds.',
    ),
  pack: z
    .union([
      z.literal(false),
      z.strictObject({
        pods: z.int().min(1).max(1_000).default(8).describe('Most pods that work on one pack.'),
        seconds: z
          .number()
          .min(0)
          .default(60)
          .describe('Declared `time` up to which a task is short.'),
        least: z.int().min(1).default(16).describe('Fewest short tasks that are worth a pack.'),
        tasks: z
          .int()
          .min(1)
          .default(20_000)
          .describe('Most tasks that are submitted at once, with those that share pods.'),
      }),
    ])
    .prefault({})
    .describe(
      'Short commands that are alike and ready together share the pods of one Indexed Job, one after another in each. `false`: each has a Job of its own.',
    ),
  leader: Leader.optional(),
  maxLiveJobs: z
    .int()
    .min(1)
    .default(1_000)
    .describe('Most Jobs that are there at once; a pack is one.'),
});

/** Checked options of the Kubernetes backend. */
export type K8sConfig = z.output<typeof K8sConfig>;

/** Options of one task, as they stand under its `options`. */
export const K8sJobOptions = z.strictObject(pod);

/** Checked options of one task. */
export type K8sJobOptions = z.output<typeof K8sJobOptions>;
