import { createRequire } from 'node:module';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type {
  BackendTraits,
  ComputeBackend,
  FailureClass,
  FunctionContext,
  FunctionPack,
  JobKey,
  JobSpec,
  JobStatus,
  Json,
  SubmitOutcome,
} from '@orchestrate/core';

type TaskFunction = (args: Json, context: FunctionContext) => unknown;
type Listener = (statuses: readonly JobStatus[]) => void;

/** Milliseconds of work after which the loop lets others in. */
const BREATH_MS = 8;

/** Runs function tasks inside the leading process: for small steps that are not worth a process. Dies with the leader. */
export class LeaderBackend implements ComputeBackend {
  readonly traits: BackendTraits = {
    work: ['functions'],
    containers: false,
    sharedFilesystem: true,
    pushes: true,
    enforcesTime: false,
    enforcesMemory: false,
    outlivesLeader: false,
    settleSeconds: 0,
    slots: 1,
    pollSeconds: 30,
  };
  readonly #directory: string;
  readonly #modules = new Map<string, Promise<Record<string, unknown>>>();
  readonly #jobs = new Map<
    JobKey,
    { readonly spec: JobSpec; status: JobStatus; abort: AbortController }
  >();
  readonly #listeners = new Set<Listener>();
  readonly #queue: JobKey[] = [];
  #isWorking = false;
  #isOver = false;

  constructor(projectDirectory: string) {
    this.#directory = projectDirectory;
  }

  async submit(jobs: readonly JobSpec[]): Promise<readonly SubmitOutcome[]> {
    const outcomes: SubmitOutcome[] = [];
    for (const spec of jobs) {
      const { key } = spec;
      if (spec.work.kind !== 'functions' || spec.image !== undefined) {
        const reason = 'the backend `leader` runs functions only, and no containers';
        outcomes.push({ key, outcome: 'rejected', reason });
        continue;
      }
      outcomes.push({ key, outcome: 'accepted' });
      if (this.#jobs.has(key)) continue;
      this.#jobs.set(key, {
        spec,
        status: { key, state: 'queued' },
        abort: new AbortController(),
      });
      this.#queue.push(key);
    }
    if (!this.#isWorking) {
      this.#isWorking = true;
      setImmediate(() => void this.#work());
    }
    return outcomes;
  }

  async observe(keys: readonly JobKey[]): Promise<readonly JobStatus[]> {
    return keys.map((key) => this.#jobs.get(key)?.status ?? { key, state: 'absent' });
  }

  find(keys: readonly JobKey[]): Promise<readonly JobStatus[]> {
    return this.observe(keys);
  }

  async cancel(
    keys: readonly JobKey[],
    options: { readonly reason?: 'cancelled' | 'timeout' | 'out-of-memory' } = {},
  ): Promise<void> {
    const reason = options.reason ?? 'cancelled';
    for (const key of keys) this.#jobs.get(key)?.abort.abort(reason);
  }

  async *logs(): AsyncGenerator<Uint8Array> {}

  watch(listener: Listener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async forget(keys: readonly JobKey[]): Promise<void> {
    for (const key of keys) this.#jobs.delete(key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    for (const { abort } of this.#jobs.values()) abort.abort('cancelled');
  }

  #report(status: JobStatus): void {
    const job = this.#jobs.get(status.key);
    if (job !== undefined) job.status = status;
    for (const listener of this.#listeners) listener([status]);
  }

  async #work(): Promise<void> {
    for (let key = this.#queue.shift(); key !== undefined; key = this.#queue.shift()) {
      const job = this.#jobs.get(key);
      if (this.#isOver) return;
      if (job === undefined || job.spec.work.kind !== 'functions') continue;
      this.#report({ key, state: 'running', startedAt: Date.now() });
      this.#report(await this.#runPack(key, job.spec.work, job.abort.signal));
    }
    this.#isWorking = false;
  }

  async #runPack(key: JobKey, pack: FunctionPack, signal: AbortSignal): Promise<JobStatus> {
    const tally = new PackTally();
    const ended = (outcome: 'succeeded' | FailureClass, message?: string): JobStatus => ({
      key,
      state: 'ended',
      exit: { outcome, ...(message === undefined ? {} : { message }) },
      progress: tally.progress(),
    });
    let call: TaskFunction;
    try {
      call = await this.#load(pack.module, pack.export);
    } catch (error) {
      return ended('user-error', error instanceof Error ? error.message : String(error));
    }
    let breath = performance.now();
    for (let position = 0; position < pack.calls.length; position += 1) {
      if (signal.aborted) return ended(abortClass(signal), 'stopped on request');
      const one = pack.calls[position];
      if (one === undefined) continue;
      try {
        let value = call(one.args, contextOf(one, signal));
        if (value instanceof Promise) value = await value;
        tally.succeeded(position, value as Json | undefined);
      } catch (error) {
        tally.failed(position, error instanceof Error ? error.message : String(error));
        if (pack.ordered || pack.calls.length === 1) return ended('user-error', tally.lastMessage);
      }
      if (performance.now() - breath < BREATH_MS) continue;
      await new Promise((resolve) => setImmediate(resolve));
      breath = performance.now();
    }
    return tally.hasFailures ? ended('user-error', tally.lastMessage) : ended('succeeded');
  }

  async #load(module: string, name: string): Promise<TaskFunction> {
    let loading = this.#modules.get(module);
    if (loading === undefined) {
      const file = isAbsolute(module)
        ? module
        : createRequire(pathToFileURL(`${this.#directory}/`)).resolve(module);
      loading = import(pathToFileURL(file).href) as Promise<Record<string, unknown>>;
      this.#modules.set(module, loading);
    }
    const found = (await loading)[name];
    if (typeof found !== 'function') throw new TypeError(`${module} exports no function ${name}`);
    return found as TaskFunction;
  }
}

function abortClass(signal: AbortSignal): FailureClass {
  return signal.reason === 'timeout' ? 'timeout' : 'cancelled';
}

function contextOf(call: FunctionPack['calls'][number], signal: AbortSignal): FunctionContext {
  return {
    signal,
    task: call.name ?? '',
    attempt: call.attempt ?? 1,
    inputs: call.inputs ?? {},
    outputs: call.outputs ?? {},
  };
}

class PackTally {
  readonly #ranges: [number, number][] = [];
  readonly #values: [number, Json][] = [];
  readonly #failed: { position: number; failure: FailureClass; message: string }[] = [];

  get hasFailures(): boolean {
    return this.#failed.length > 0;
  }

  get lastMessage(): string {
    return this.#failed.at(-1)?.message ?? '';
  }

  succeeded(position: number, value: Json | undefined): void {
    const last = this.#ranges.at(-1);
    if (last !== undefined && last[1] === position - 1) last[1] = position;
    else this.#ranges.push([position, position]);
    if (value !== undefined) this.#values.push([position, value]);
  }

  failed(position: number, message: string): void {
    this.#failed.push({ position, failure: 'user-error', message });
  }

  progress(): NonNullable<JobStatus['progress']> {
    return { succeeded: this.#ranges, values: this.#values, failed: this.#failed };
  }
}
