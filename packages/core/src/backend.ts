import type { FailureClass } from './failure.ts';
import type { JobKey, RunId } from './ids.ts';
import type { Json } from './json.ts';
import type { Resources, Usage } from './resources.ts';
import type { CommandWork, ShellWork } from './task.ts';

/**
 * Function calls that one job makes, one after another in the given order, in one process. Calls may depend on earlier
 * calls of the same pack, so when `ordered` is set the first failure ends the pack and the rest is reported as not run.
 */
export interface FunctionPack {
  readonly kind: 'functions';
  readonly module: string;
  readonly export: string;
  readonly ordered: boolean;
  /** One entry per call; never empty. */
  readonly calls: readonly FunctionCall[];
}

/** One call of a pack. */
export interface FunctionCall {
  /** Name of the task, for logs and {@link FunctionContext.task}; left out where nobody would see it. */
  readonly name?: string;
  readonly args: Json;
  readonly attempt?: number;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, string>>;
  /** File for what the call prints; made only when something is printed. Without it, output goes to the job's log. */
  readonly logPath?: string;
}

/**
 * One job, in full. Everything a backend needs; it never sees the project or the plan. A program or module that cannot be
 * found is a `user-error` of the job, or the job is `rejected`. Standard input is empty.
 */
export interface JobSpec {
  readonly key: JobKey;
  /** For people: the task's name, or the first task's and a count. Any characters; never used as a path or in a shell. */
  readonly name: string;
  readonly work: CommandWork | ShellWork | FunctionPack;
  readonly image?: string;
  /**
   * Absolute path of a folder on the leader. Without the trait `sharedFilesystem` the backend makes a copy for the job, and paths
   * of the project that stand in the work and its environment mean those of the copy.
   */
  readonly directory: string;
  /** Complete additional environment, references resolved. May hold secrets: must not reach logs, argv or listings. */
  readonly environment: Readonly<Record<string, string>>;
  readonly resources: Resources;
  /** Absolute path on the leader for the job's stdout and stderr, in the order written. Parent folder exists. */
  readonly logPath: string;
  /**
   * Absolute paths on the leader of files and folders that the job reads beside its directory: its inputs. For backends without
   * the trait `sharedFilesystem`, which bring them to the job.
   */
  readonly reads?: readonly string[];
  /**
   * Absolute paths on the leader where the job leaves its outputs. A backend without the trait `sharedFilesystem` has them there,
   * with all that the job left in its directory, before it says that the job has ended.
   */
  readonly writes?: readonly string[];
  readonly backendOptions?: Json;
}

/**
 * What a submission of one job came to.
 * - `accepted`: the backend has it; a repeated submission of a key that is live or ended is `accepted` and does nothing.
 * - `rejected`: refused as written; will never be accepted. With the failure `lost` where the key belongs to other work, as
 *   when a leader lost its journal and counts from an earlier number again: the work is then submitted under another key.
 * - `busy`: refused for now and certainly not taken; may be submitted again later.
 * - `doubtful`: it may or may not have been taken; only {@link ComputeBackend.find} can tell.
 */
export interface SubmitOutcome {
  readonly key: JobKey;
  readonly outcome: 'accepted' | 'rejected' | 'busy' | 'doubtful';
  /** Why, in the backend's words. Present unless accepted. */
  readonly reason?: string;
  /**
   * For `accepted`: the backend had the key already and did nothing. A leader that did not submit it before learns from this
   * that another one did.
   */
  readonly known?: true;
  /** For `rejected`: `submit-rejected` unless given. */
  readonly failure?: FailureClass;
}

/**
 * How a job ended. A pack has succeeded when each of its calls has; otherwise its outcome is the class of its first failed
 * call, or of what ended it early (then the call it was in is among the failed ones, if that is known). Calls of an ended
 * pack that are neither `succeeded` nor `failed` in its progress were not run.
 */
export interface JobExit {
  readonly outcome: 'succeeded' | FailureClass;
  readonly code?: number;
  /** Name of the signal, `SIGKILL`. */
  readonly signal?: string;
  /** Milliseconds since 1970; the backend's word, for records only. */
  readonly endedAt?: number;
  /** One line for people: why. Present unless succeeded. */
  readonly message?: string;
  readonly usage?: Usage;
}

/** What became of calls of a pack, since the last report or as a whole; positions count from 0 in {@link FunctionPack.calls}. */
export interface PackProgress {
  /** Inclusive ranges of positions that succeeded. */
  readonly succeeded: readonly (readonly [first: number, last: number])[];
  /** Results other than `undefined`, by position. */
  readonly values: readonly (readonly [position: number, value: Json])[];
  readonly failed: readonly {
    readonly position: number;
    readonly failure: FailureClass;
    readonly message: string;
  }[];
}

/**
 * What a backend knows of one job.
 * - `queued`: accepted, not started. `running`: started. `ended`: over, `exit` says how.
 * - `absent`: the backend has no trace of the key. It proves that the job does not exist only once
 *   {@link BackendTraits.settleSeconds} have passed since the last doubtful submission of it.
 * - `unknown`: the backend cannot tell right now; neither success nor failure.
 */
export interface JobStatus {
  readonly key: JobKey;
  readonly state: 'queued' | 'running' | 'ended' | 'absent' | 'unknown';
  /** Milliseconds since 1970, once running. */
  readonly startedAt?: number;
  /** Last sign of life (output, heartbeat), milliseconds since 1970, where known; for the idle clock. */
  readonly activityAt?: number;
  /** Why it waits, or why nothing is known, in the backend's words. */
  readonly reason?: string;
  /** Present when ended. */
  readonly exit?: JobExit;
  /** For packs: pushed reports carry what is new, answers of `observe` and `find` carry everything. */
  readonly progress?: PackProgress;
}

/** What a backend can do. The contract suite proves each claim and its opposite. */
export interface BackendTraits {
  /** Kinds of {@link JobSpec.work} it takes; others are `rejected`. */
  readonly work: readonly JobSpec['work']['kind'][];
  /** Whether {@link JobSpec.image} is honoured; without it a job with an image is `rejected`. */
  readonly containers: boolean;
  /** Whether jobs see the leader's files under the same paths. */
  readonly sharedFilesystem: boolean;
  /** Whether {@link ComputeBackend.watch} reports changes by itself; without it the engine polls. */
  readonly pushes: boolean;
  /** Whether it ends a job that exceeds `timeSeconds` (as `timeout`) also while no leader is there. */
  readonly enforcesTime: boolean;
  /** Whether it ends a job that exceeds `memoryBytes`, as `out-of-memory`. */
  readonly enforcesMemory: boolean;
  /** Whether jobs go on when the leader dies, and are found again by their keys. */
  readonly outlivesLeader: boolean;
  /** How long after a doubtful submission `absent` is not yet proof, seconds; 0 where it always is. */
  readonly settleSeconds: number;
  /** How many jobs of one cpu can run at once, where known; the engine keeps a little more than this submitted. */
  readonly slots?: number;
  /** How many jobs may be live at once; the engine never has more submitted, and what goes beyond is `busy`. */
  readonly maxLiveJobs?: number;
  /** Seconds between two polls of a young job, where the backend does not push. */
  readonly pollSeconds: number;
}

/** Options every call takes. */
export interface CallOptions {
  /** Ends the call early; what the call had started may or may not have happened. */
  readonly signal?: AbortSignal;
}

/**
 * Runs jobs somewhere. All calls take many jobs. A call that throws has failed as a whole and its effect is in doubt,
 * unless the error's `details.clean` is `true`, which promises that nothing was changed.
 * Implementations translate vendor errors into `FlowError`s once, with `cause`. An aborted call rejects with the signal's
 * reason. Disposing lets go: where jobs outlive the leader they go on, elsewhere they are ended and none is left behind;
 * disposing twice is harmless.
 */
export interface ComputeBackend extends AsyncDisposable {
  readonly traits: BackendTraits;
  /** Idempotent by key. Answers one outcome per job, in the order given; partial success is normal. */
  submit(jobs: readonly JobSpec[], options?: CallOptions): Promise<readonly SubmitOutcome[]>;
  /** The present state of jobs this backend accepted; one status per key, in the order given. */
  observe(keys: readonly JobKey[], options?: CallOptions): Promise<readonly JobStatus[]>;
  /**
   * Looks the keys up wherever a trace may be (queue, accounting, status files, process table), also those of an earlier
   * leader, and takes over those that are live. One status per key, in the order given.
   */
  find(keys: readonly JobKey[], options?: CallOptions): Promise<readonly JobStatus[]>;
  /** Asks the jobs to end: first politely, after a grace period by force. Unknown and ended keys are ignored. */
  cancel(
    keys: readonly JobKey[],
    options?: CallOptions & { readonly reason?: 'cancelled' | 'timeout' | 'out-of-memory' },
  ): Promise<void>;
  /**
   * What a job printed, as far as it got; with `follow`, goes on until the job ends or the signal aborts.
   * @throws BACKEND_JOB_UNKNOWN when there is no trace of the key.
   */
  logs(
    key: JobKey,
    options?: CallOptions & { readonly follow?: boolean },
  ): AsyncIterable<Uint8Array>;
  /** Reports every change of state from now on, at most once per state, until the returned handle is disposed. Present iff `pushes`. */
  watch?(listener: (statuses: readonly JobStatus[]) => void): Disposable;
  /** Forgets ended jobs: their traces may be removed. The engine calls it once the end is in the journal. */
  forget?(keys: readonly JobKey[]): Promise<void>;
  /**
   * Takes away what is left of these runs where jobs are, which a leader that was killed had no time for. All of them are over:
   * none has a job that matters to anyone. The leader calls it at the end of a run, and `orchestrate clean` with `dryRun`
   * first. Answers what was removed, or what would be.
   */
  sweep?(
    over: ReadonlySet<RunId>,
    options?: CallOptions & { readonly dryRun?: boolean },
  ): Promise<readonly Remains[]>;
  /**
   * Opens a shell where a job would run: same machine or image, files, environment and resources. Answers its exit code once it
   * has ended or the signal has; nothing is left of it then.
   */
  debug?(job: DebugJob, terminal: Terminal, options?: CallOptions): Promise<number>;
  /** What `orchestrate doctor` asks: one line per thing looked at. */
  diagnose?(options?: CallOptions): Promise<readonly Finding[]>;
  /**
   * The machine that jobs are submitted from, where that is another one than this and may lead runs itself. A program of
   * ours that runs there finds in the variable {@link HOST_VARIABLE} the name of this backend, which then works on the spot.
   */
  readonly host?: LeaderHost;
  /**
   * The objects with which its cluster leads a run of a project by itself, for people who have them applied by other means than
   * this program. Nothing is asked of the cluster. @throws what the options lack for that
   */
  manifests?(project: ProjectFiles): readonly Json[];
  /** Asks whether jobs like these would be taken, and submits nothing: what `orchestrate plan --check` asks. One answer per sample. */
  check?(samples: readonly JobSample[], options?: CallOptions): Promise<readonly Finding[]>;
}

/** A job that stands for many that ask for the same. Paths and texts are those of one of them, as far as they are known. */
export interface JobSample
  extends Pick<JobSpec, 'work' | 'directory' | 'resources' | 'backendOptions'> {
  /** For people: the set of tasks. */
  readonly name: string;
  /** How many there are. */
  readonly count: number;
}

/** Environment variable with the name of the backend on whose {@link LeaderHost} a program of ours runs. */
export const HOST_VARIABLE = 'ORCHESTRATE_HOST_OF';

/** A file, folder or link of this machine, and its place below a folder of a host: `/` between the parts, no `.` or `..`. */
export interface HostFile {
  readonly path: string;
  /** Absolute path here. Of a link the link itself is brought. */
  readonly from: string;
}

/** Options of {@link LeaderHost.run}. */
export interface HostRunOptions extends CallOptions {
  readonly cwd?: string;
  /** Variables added to its environment; they stand in no process list and no file there. */
  readonly env?: Readonly<Record<string, string>>;
  /** Is handed standard output as it comes. Default: it is dropped. */
  readonly onOutput?: (piece: Uint8Array) => void;
}

/** Size in bytes and time of change, whole seconds since 1970. */
export type HostStamp = readonly [size: number, modified: number];

/** Options of {@link LeaderHost.fetch}. All paths are relative to its folder, and stand for what is below them, too. */
export interface HostFetchOptions extends CallOptions {
  readonly only?: readonly string[];
  readonly except?: readonly string[];
  /** Files that are left where they still have this size and time. */
  readonly unchanged?: Readonly<Record<string, HostStamp>>;
}

/** A machine that can lead runs in the place of this one. All paths are absolute paths there. */
export interface LeaderHost {
  /** What to call it in messages. */
  readonly name: string;
  /** Folder of ours, where whatever is brought belongs. */
  readonly folder: string;
  /** What {@link run} starts ends with it at the latest: leaders must be jobs. */
  readonly leadsAsJobs?: true;
  /** A Node that runs there, at least of the version of this one's requirement; brought along where there is none. */
  node(options?: CallOptions): Promise<string>;
  /** Makes files of a folder be there as they are here; sends what is missing or other. */
  send(
    files: readonly HostFile[],
    to: string,
    options?: CallOptions,
  ): Promise<{ readonly sent: number; readonly bytes: number }>;
  /**
   * Brings home to the folder `to` the files and links below the folder `from` that are not here with the same size and time.
   * A folder that is not there has none.
   */
  fetch(
    from: string,
    to: string,
    options?: HostFetchOptions,
  ): Promise<{ readonly fetched: readonly string[]; readonly bytes: number }>;
  /** Runs a program to its end; no shell reads its arguments. `stderr` is the end of its standard error. */
  run(
    argv: readonly string[],
    options?: HostRunOptions,
  ): Promise<{ readonly code: number; readonly stderr: string }>;
  /**
   * Has a program run as a job, its output appended to the file `log`; answers the job's id, as people there know it. The
   * environment is kept from everybody else. Present where a job may itself submit jobs.
   */
  submit?(
    argv: readonly string[],
    options: Omit<HostRunOptions, 'onOutput'> & { readonly name: string; readonly log: string },
  ): Promise<string>;
}

/** A job that somebody wants to look into, with what its task asks for. Its work is left to the person. */
export type DebugJob = Pick<
  JobSpec,
  'name' | 'work' | 'image' | 'directory' | 'environment' | 'resources' | 'backendOptions'
>;

/** Where a person sits, or a pipe in its place. */
export interface Terminal {
  /** What is typed, until nothing more will be. */
  readonly input: AsyncIterable<Uint8Array>;
  write(bytes: Uint8Array): void;
  /** In characters; `undefined` of a pipe. */
  size(): { readonly columns: number; readonly rows: number } | undefined;
  /** Is told when the size has changed, until the returned handle is disposed. */
  onResize(listener: () => void): Disposable;
}

/** A project as something that can be written down whole. */
export interface ProjectFiles {
  readonly name: string;
  /** Name of the project file, below the folder of the project. */
  readonly file: string;
  readonly files: readonly { readonly path: string; readonly content: Uint8Array }[];
  /** Words of the call, after the name of the program. */
  readonly words: readonly string[];
  /** Variables that have to be set where the project is run. */
  readonly variables: readonly string[];
}

/** What is left where jobs were. */
export interface Remains {
  /** The run it is of, where it is of one. */
  readonly run?: RunId;
  /** For people: kind and name of what is there. */
  readonly what: string;
}

/** One thing `doctor` looked at. */
export interface Finding {
  readonly subject: string;
  readonly state: 'good' | 'warning' | 'bad';
  readonly message: string;
  /** What to do about it; present unless good. */
  readonly hint?: string;
}
