import type { KubeConfig } from '@kubernetes/client-node';
import type { DebugJob, JobKey, Terminal } from '@orchestrate/core';
import { type K8sConfig, K8sJobOptions } from '../config.ts';
import { k8sError } from '../errors.ts';
import type { Namespace } from '../namespace.ts';
import type { RunObjects } from '../run-objects.ts';
import { ExecChannel } from './exec-channel.ts';
import type { HelperJobs } from './helper-jobs.ts';
import { environmentOf, type Helper } from './helper-objects.ts';
import { execIn } from './pod-link.ts';
import { WAIT } from './pod-scripts.ts';

/** What a task is looked into with. */
export interface DebugParts {
  readonly kube: KubeConfig;
  readonly namespace: Namespace;
  readonly config: K8sConfig;
  readonly helpers: HelperJobs;
  readonly objects: RunObjects;
}

/** A pod that nobody took away, for its caller was killed, goes after so long. */
const LONGEST_SECONDS = 12 * 3600;
/** The better of the shells that the image has. */
const SHELL = 'exec "$(command -v bash || echo /bin/sh)"';

function helperFor(name: string, job: DebugJob, { config, objects }: DebugParts): Helper {
  const read = K8sJobOptions.safeParse(job.backendOptions ?? {});
  if (!read.success) {
    const why = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    const message = `The options of ${job.name} are not those of a task on Kubernetes: ${why.join('; ')}`;
    throw k8sError('K8S_REFUSED', message, { details: { clean: true } });
  }
  const files = objects.fileMaps({ ...config.volumes, ...read.data.volumes });
  const pod = {
    config,
    options: read.data,
    fileMaps: new Map(files.map(({ volume, digest }) => [volume, `${name}-${digest}`])),
    job: {
      ...job,
      key: name as JobKey,
      work: { kind: 'command', argv: ['/bin/sh', '-c', WAIT] },
      resources: { ...job.resources, timeSeconds: LONGEST_SECONDS },
      logPath: '',
    },
    ...environmentOf(name, job.environment),
  } as const;
  const maps = new Map(files.map(({ digest, contents }) => [`${name}-${digest}`, contents]));
  return { name, use: 'debug', pod, env: job.environment, maps, hasAccount: false };
}

/** Holds a shell open in a pod like that of a task, for as long as somebody types. @throws K8S_* */
export async function debugIn(
  parts: DebugParts,
  job: DebugJob,
  terminal: Terminal,
  signal?: AbortSignal,
): Promise<number> {
  const { kube, namespace, helpers } = parts;
  const name = helpers.newName('debug');
  try {
    await helpers.start(helperFor(name, job, parts), signal);
    const pod = await helpers.pod(name, signal);
    const tty = terminal.size() !== undefined;
    const command = ['/bin/sh', '-c', SHELL];
    const socket = await execIn({ kube, namespace: namespace.name, pod }, { command, tty });
    const channel = new ExecChannel(socket);
    const give = (): void => channel.destroy();
    signal?.addEventListener('abort', give, { once: true });
    const resize = (): void => {
      const size = terminal.size();
      if (size !== undefined) channel.resize(size);
    };
    using _watch = terminal.onResize(resize);
    for (const output of [channel.stdout, channel.stderr])
      output.on('data', (piece: Buffer) => terminal.write(piece));
    socket.resume();
    resize();
    void type(terminal, channel);
    return (await channel.end).code ?? 1;
  } finally {
    await helpers.remove(name);
  }
}

/** Hands on what is typed. */
async function type({ input }: Terminal, channel: ExecChannel): Promise<void> {
  try {
    for await (const piece of input) channel.stdin.write(Buffer.from(piece));
    channel.stdin.end();
  } catch {
    // Whoever typed is gone; the shell is told so.
    channel.stdin.end();
  }
}
