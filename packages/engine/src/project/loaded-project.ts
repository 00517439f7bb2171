import type {
  BackendPlugin,
  FlowError,
  FlowPlugin,
  Json,
  Staging,
  StoragePlugin,
} from '@orchestrate/core';
import type { References } from './references.ts';

/** One entry of `storage:` or `backends:`, checked against its plugin's schema and not yet made. */
export interface ConfiguredProvider<P extends StoragePlugin | BackendPlugin> {
  /** Name in the project file. */
  readonly name: string;
  readonly plugin: P;
  /** Package that brings the plugin, or its file relative to the project's folder: `./store.ts`. */
  readonly from?: string;
  /** Output of the plugin's schema, where no text holds a reference. */
  readonly config: unknown;
  /** The options as they are written, where texts hold references: they are checked once more, with the values. */
  readonly written?: Json;
}

/** One entry of `flows:`, checked. */
export interface ConfiguredFlow {
  readonly name: string;
  readonly plugin: FlowPlugin;
  readonly config: unknown;
  /** Flows that must be done before any task of this one starts. */
  readonly needs: readonly string[];
  /** Name of a backend; absent means the project's default. */
  readonly backend?: string;
}

/** Wishes of the project for all its runs: `run:`. The command line may overrule them. */
export interface RunSettings {
  /** Whether work that does not depend on a failed task goes on. Default true; false drains after the first failure. */
  readonly keepGoing: boolean;
  /** Seconds of unbroken infrastructure trouble on one backend after which the run stops, resumable. Absent: the engine's own. */
  readonly patienceSeconds?: number;
  /** Who moves what tasks read and leave in storages elsewhere, where they do not say. Absent: the leader. */
  readonly staging?: Staging;
}

/** Where inputs from elsewhere are kept on this machine: `cache:`. */
export interface CacheSettings {
  /** As written, references unresolved. Absent: below the state of the project. */
  readonly folder?: string;
  readonly maxBytes: number;
}

/** Where the records of runs are published, and what is in them: `records:`. */
export interface RecordSettings {
  /** Address of a folder, with references unresolved. */
  readonly to: string;
  /** Bytes of outputs on this machine that may be read for their sha256, of one run; `Infinity`: all. */
  readonly digestBytes: number;
  /** A URL or an SPDX name. */
  readonly license?: string;
}

/** Codes of planning errors of which `details.problems` are places in the options of the flow. */
export const PLACED_CODES: ReadonlySet<string> = new Set(['INLINE_FLOW_INVALID', 'PLAN_INVALID']);

/** Where a problem is and what it is; `line` and `column` count from 1. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** Relative to the folder the command was called in. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `backends.hpc.partition`; '' for the whole file. */
  readonly path: string;
  /** `expected string, got number`; one line. */
  readonly message: string;
  /** `did you mean "partition"?`, or the command that helps; one line. */
  readonly hint?: string;
  /** The line of the file and, below it, a caret under the column; absent when there is no text to show. */
  readonly excerpt?: readonly [line: string, caret: string];
}

/** A project file after includes, profile and `--set`, checked in full, frozen. */
export interface LoadedProject {
  readonly name: string;
  /** Absolute path of the folder of the project file; `.orchestrate/` is made in it. */
  readonly directory: string;
  /** Absolute path of the project file. */
  readonly file: string;
  /**
   * The error for what flows found wrong with themselves while they were planned, PROJECT_INVALID with every place in the
   * file. Absent where there is no file.
   */
  refusal?(errors: ReadonlyMap<string, FlowError>): FlowError;
  /** The effective project as JSON, references unresolved: what is written beside each run. */
  readonly effective: Json;
  /**
   * Lower-case hex sha256 of the canonical JSON of `effective`, with the written form of numbers that were written in
   * another form than JSON's (`100.0`), since tasks are rendered from that.
   */
  readonly digest: string;
  /** In the order of the file, then the built-in `local` unless the file has an entry of that name. */
  readonly storages: ReadonlyMap<string, ConfiguredProvider<StoragePlugin>>;
  readonly backends: ReadonlyMap<string, ConfiguredProvider<BackendPlugin>>;
  /** Name of the backend for work that names none; always a key of `backends`. */
  readonly defaultBackend: string;
  readonly settings: RunSettings;
  readonly cache: CacheSettings;
  /** Absent: records are published only when a person asks for it. */
  readonly records?: RecordSettings;
  /** Limit name -> slots. */
  readonly limits: Readonly<Record<string, number>>;
  /** In an order in which every flow comes after those it needs. */
  readonly flows: readonly ConfiguredFlow[];
  /** Resolves `${env:}` and `${secret:}` late and knows every value it gave out, for redaction. */
  readonly references: References;
  /** What is allowed but worth saying. Errors never get this far: they are thrown, all at once. */
  readonly warnings: readonly Problem[];
}
