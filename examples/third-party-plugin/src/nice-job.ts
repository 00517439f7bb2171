import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { Clock, FailureClass, JobExit, JobSpec, JobStatus } from '@orchestrate/core';

/**
 * Starts the job and waits for it. A second process waits for the end of a pipe that Orchestrate holds open: when
 * Orchestrate is killed, the pipe ends and the whole group of processes with it, so no job is ever left behind.
 */
const KEEPER = `
trap : TERM
nice -n "$0" "$@" 3<&- &
job=$!
{ read -r _ <&3; kill -KILL 0; } &
watch=$!
exec 3<&-
while :; do
  wait "$job"; code=$?
  kill -0 "$job" 2>/dev/null || break
done
kill -KILL "$watch"
wait "$watch" 2>/dev/null
exit "$code"
`;

function commandOf(job: JobSpec): readonly string[] {
  if (job.work.kind === 'command') return job.work.argv;
  if (job.work.kind === 'functions') return [];
  const { shell, script } = job.work;
  return shell === 'bash'
    ? ['bash', '-euo', 'pipefail', '-c', script]
    : ['sh', '-eu', '-c', script];
}

function exitOf(status: number): JobExit {
  if (status === 0) return { outcome: 'succeeded', code: 0 };
  const signal = Object.entries(constants.signals).find(([, number]) => number === status - 128);
  if (signal === undefined)
    return { outcome: 'user-error', code: status, message: `exit code ${status}` };
  return { outcome: 'user-error', signal: signal[0], message: `ended by ${signal[0]}` };
}

/** Sends a signal to a group of processes; that it is gone already is as good. */
function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** One job and its processes. */
export class NiceJob {
  readonly spec: JobSpec;
  readonly #clock: Clock;
  readonly #changed: (job: NiceJob) => void;
  readonly #over = Promise.withResolvers<void>();
  state: 'queued' | 'running' | 'ended' = 'queued';
  #startedAt: number | undefined;
  #exit: JobExit | undefined;
  #child: ChildProcess | undefined;
  #reason: FailureClass | undefined;

  constructor(spec: JobSpec, clock: Clock, changed: (job: NiceJob) => void) {
    this.spec = spec;
    this.#clock = clock;
    this.#changed = changed;
  }

  /** Resolves when the job has ended. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  get status(): JobStatus {
    return {
      key: this.spec.key,
      state: this.state,
      ...(this.#startedAt === undefined ? {} : { startedAt: this.#startedAt }),
      ...(this.#exit === undefined ? {} : { exit: this.#exit }),
    };
  }

  /** Runs the job to its end. Never rejects: what goes wrong is how the job ended. */
  async run(niceness: number): Promise<void> {
    this.state = 'running';
    this.#startedAt = this.#clock.now();
    this.#changed(this);
    try {
      const status = await this.#spawn(niceness);
      this.#end(
        this.#reason === undefined
          ? exitOf(status)
          : { outcome: this.#reason, message: `ended on request: ${this.#reason}` },
      );
    } catch (error) {
      this.#end({ outcome: 'user-error', message: `cannot be started: ${String(error)}` });
    }
  }

  /** Asks the job to end, and after the grace period does not ask any more. */
  async stop(reason: FailureClass, graceSeconds: number): Promise<void> {
    if (this.state === 'ended') return;
    if (this.state === 'queued') {
      this.#end({ outcome: reason, message: `ended before it started: ${reason}` });
      return;
    }
    this.#reason ??= reason;
    const leader = this.#child?.pid;
    if (leader === undefined) return;
    signalGroup(leader, 'SIGTERM');
    await Promise.race([this.over, setTimeout(graceSeconds * 1000)]);
    if (this.#exit === undefined) signalGroup(leader, 'SIGKILL');
  }

  async #spawn(niceness: number): Promise<number> {
    const log = openSync(this.spec.logPath, 'a');
    try {
      this.#child = spawn('sh', ['-c', KEEPER, String(niceness), ...commandOf(this.spec)], {
        cwd: this.spec.directory,
        // oxlint-disable-next-line node/no-process-env -- jobs get the environment of Orchestrate, as documented
        env: { ...process.env, ...this.spec.environment },
        stdio: ['ignore', log, log, 'pipe'],
        detached: true,
      });
    } finally {
      closeSync(log);
    }
    const [code, signal] = (await once(this.#child, 'exit')) as [number | null, string | null];
    // What the job itself started and left behind goes too.
    if (this.#child.pid !== undefined) signalGroup(this.#child.pid, 'SIGKILL');
    return code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
  }

  #end(exit: JobExit): void {
    this.state = 'ended';
    this.#exit = { ...exit, endedAt: this.#clock.now() };
    this.#over.resolve();
    this.#changed(this);
  }
}
