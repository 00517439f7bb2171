import type { Json } from './json.ts';
import type { Resources } from './resources.ts';

/** Run a program directly; no shell is involved and nothing is interpreted. */
export interface CommandWork {
  readonly kind: 'command';
  /** Program and arguments; the program is looked up in the job's `PATH`. Never empty. */
  readonly argv: readonly string[];
}

/** Run a text in a shell, `bash -euo pipefail` or `sh -eu`. */
export interface ShellWork {
  readonly kind: 'shell';
  readonly script: string;
  readonly shell: 'bash' | 'sh';
}

/**
 * Call an exported function of a JavaScript or TypeScript module with one JSON argument; its (awaited) return value is
 * the result of the task. Signature: `(args, context: FunctionContext) => Json | undefined | Promise<Json | undefined>`.
 */
export interface FunctionWork {
  readonly kind: 'function';
  /** Absolute path of a module, or the name of a package installed for the project. */
  readonly module: string;
  readonly export: string;
  readonly args: Json;
}

/** What a task does. */
export type Work = CommandWork | ShellWork | FunctionWork;

/** What the work is handed of an input: see {@link TaskInput.as}. */
export type InputForm = 'path' | 'address' | 'mount';

/** A named input: an address the task reads. Its content is part of the fingerprint. */
export interface TaskInput {
  readonly name: string;
  /** `storage:key`, or `local:path` for a path relative to the project's folder. */
  readonly address: string;
  /**
   * What the work is handed: `path`, that of a copy on the machine it runs on (default), `address`, the URL under which it
   * reads the object itself, or `mount`, the path below which jobs find the storage mounted. Of a storage on the local disk
   * all are the path of the file.
   */
  readonly as?: InputForm;
}

/** A named output: an address that exists once the task has succeeded. */
export interface TaskOutput {
  readonly name: string;
  /** `storage:key`; a key that ends in `/` is a folder. */
  readonly address: string;
  /** Whether an empty file, or an empty folder, is a success. Default false. */
  readonly mayBeEmpty?: boolean;
  /**
   * The work writes straight to the final path instead of the path aside that `{{ outputs.name }}` gives.
   * Only for storage on the local disk; such an output is not atomic.
   */
  readonly inPlace?: boolean;
}

/** Who moves what a task reads and leaves: see {@link TaskSpec.staging}. */
export type Staging = 'leader' | 'job';

/**
 * One task in full, rendered when it is needed and not kept. Texts may hold `${env:NAME}` and, in `environment` only,
 * `${secret:NAME}`; the engine resolves them at the last moment and fingerprints the reference, never the value.
 */
export interface TaskSpec {
  readonly work: Work;
  /** Container image; the backend must have the trait `containers`. */
  readonly image?: string;
  /** Working directory, relative to the project's folder; created if missing. Default: the project's folder. */
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly inputs?: readonly TaskInput[];
  readonly outputs?: readonly TaskOutput[];
  readonly resources?: Resources;
  /**
   * Who moves inputs and outputs of storages that are not on the local disk: the `leader`, before and after the job, or the
   * `job` itself, so that they never pass through the leader's machine. Default: what the project says. Does not change what
   * a task makes, and is no part of its fingerprint.
   */
  readonly staging?: Staging;
  /** Options only the chosen backend understands; it has checked them already. */
  readonly backendOptions?: Json;
}

/** What a function task is handed beside its arguments. */
export interface FunctionContext {
  /** Aborted when the attempt is cancelled or out of time. */
  readonly signal: AbortSignal;
  /** Name of the task, as people see it. */
  readonly task: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Input name -> path on this machine, or the URL of an input that is handed over as an address. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Output name -> path on this machine to write to. */
  readonly outputs: Readonly<Record<string, string>>;
}
