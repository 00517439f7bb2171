import { posix } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import type {
  CallOptions,
  HostFetchOptions,
  HostFile,
  HostRunOptions,
  LeaderHost,
  Logger,
  Random,
} from '@orchestrate/core';
import type { FarMachine } from '@orchestrate/ssh';
import type { K8sConfig } from '../config.ts';
import { k8sError } from '../errors.ts';
import type { HelperJobs, HelperJobsParts } from './helper-jobs.ts';
import { helperOf, type Program } from './helper-objects.ts';
import { leadWords, WAIT } from './pod-scripts.ts';

const LEAST_NODE = 24;
/** A desk that nobody took away, for its caller was killed, goes after so long. */
const DESK_SECONDS = 4 * 3600;
type SubmitOptions = Parameters<NonNullable<LeaderHost['submit']>>[1];

/** What is needed of the surroundings besides. */
export interface LeaderHostParts extends HelperJobsParts {
  readonly helpers: HelperJobs;
  readonly kube: KubeConfig;
  readonly leader: NonNullable<K8sConfig['leader']>;
  readonly random: Random;
  readonly log: Logger;
}

/**
 * A cluster as a machine that leads runs: a volume that outlives pods, a pod that is there as long as somebody gives commands
 * (the desk), and a Job for each leader.
 */
export class K8sLeaderHost implements LeaderHost, AsyncDisposable {
  readonly leadsAsJobs = true;
  readonly #parts: LeaderHostParts;
  #desk: Promise<FarMachine> | undefined;
  #deskName: string | undefined;

  constructor(parts: LeaderHostParts) {
    this.#parts = parts;
  }

  get name(): string {
    return `namespace ${this.#parts.namespace.name}`;
  }

  get folder(): string {
    return this.#parts.leader.folder;
  }

  async node({ signal }: CallOptions = {}): Promise<string> {
    const { config } = this.#parts;
    const { host } = await this.#machine(signal);
    const script =
      'command -v "$NODE" && "$NODE" --version; find / -maxdepth 0 -printf found; command -v tar >/dev/null';
    const given = signal === undefined ? {} : { signal };
    const { code, stdout, stderr } = await host.run(script, {
      idempotent: true,
      env: { NODE: config.node },
      ...given,
    });
    const path = /^(\/.*)$/m.exec(stdout)?.[1];
    const version = Number(/^v([0-9]+)\./m.exec(stdout)?.[1] ?? 0);
    if (code === 0 && path !== undefined && version >= LEAST_NODE && stdout.endsWith('found'))
      return path;
    const said = [stdout, stderr.split('\n', 1)[0]].join(' ').trim();
    throw k8sError(
      'K8S_LEADER_IMAGE',
      `The image of leaders has no Node ${LEAST_NODE}, tar or find of GNU: ${said}`,
      { details: { clean: true } },
    );
  }

  async send(files: readonly HostFile[], to: string, options: CallOptions = {}) {
    return (await this.#machine(options.signal)).send(files, to, options);
  }

  async fetch(from: string, to: string, options: HostFetchOptions = {}) {
    return (await this.#machine(options.signal)).fetch(from, to, options);
  }

  async run(argv: readonly string[], options: HostRunOptions = {}) {
    return (await this.#machine(options.signal)).run(argv, options);
  }

  async submit(argv: readonly string[], options: SubmitOptions): Promise<string> {
    const { cwd = this.folder, env = {}, log, signal } = options;
    const name = this.#parts.helpers.newName('leader');
    const words = leadWords({ cwd, log, mark: `${posix.dirname(log)}/${name}.begun` }, argv);
    await this.#start({ name, use: 'leader', argv: words, cwd, env }, signal);
    return name;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const desk = await this.#desk?.catch(() => undefined);
    await desk?.host[Symbol.asyncDispose]();
    if (this.#deskName !== undefined) await this.#parts.helpers.remove(this.#deskName);
  }

  #start(program: Program, signal: AbortSignal | undefined): Promise<void> {
    const { config, leader } = this.#parts;
    return this.#parts.helpers.start(helperOf(program, config, leader), signal);
  }

  #machine(signal: AbortSignal | undefined): Promise<FarMachine> {
    this.#desk ??= this.#openDesk(signal).catch((error: unknown) => {
      this.#desk = undefined;
      throw error;
    });
    return this.#desk;
  }

  async #openDesk(signal: AbortSignal | undefined): Promise<FarMachine> {
    const { clock, kube, log, namespace, random } = this.#parts;
    const name = this.#deskName ?? this.#parts.helpers.newName('desk');
    if (this.#deskName === undefined) {
      const argv = ['/bin/sh', '-c', WAIT];
      const job = { name, use: 'desk', argv, cwd: '/', env: {}, seconds: DESK_SECONDS } as const;
      await this.#start(job, signal);
      this.#deskName = name;
    }
    const pod = await this.#parts.helpers.pod(name, signal);
    // Only who leads from afar needs what speaks with a pod.
    const { FarMachine, machineTimers, openLinkedHost } = await import('@orchestrate/ssh');
    const { PodLink } = await import('./pod-link.ts');
    const connect = () => Promise.resolve(new PodLink({ kube, namespace: namespace.name, pod }));
    const around = { clock, random, log, timers: machineTimers(clock) };
    return new FarMachine(openLinkedHost({ name: this.name, connect }, around));
  }
}
