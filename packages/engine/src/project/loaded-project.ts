import type { BackendPlugin, FlowPlugin, Json, StoragePlugin } from '@orchestrate/core';
import type { References } from './references.ts';

/** One entry of `storage:` or `backends:`, checked against its plugin's schema and not yet made. */
export interface ConfiguredProvider<P extends StoragePlugin | BackendPlugin> {
  /** Name in the project file. */
  readonly name: string;
  readonly plugin: P;
  /** Output of the plugin's schema; texts may still hold references. */
  readonly config: unknown;
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
  /** The effective project as JSON, references unresolved: what is written beside each run. */
  readonly effective: Json;
  /** Lower-case hex sha256 of the canonical JSON of `effective`. */
  readonly digest: string;
  /** Includes the built-in `local` when no other is named; in the order of the file. */
  readonly storages: ReadonlyMap<string, ConfiguredProvider<StoragePlugin>>;
  readonly backends: ReadonlyMap<string, ConfiguredProvider<BackendPlugin>>;
  /** Limit name -> slots. */
  readonly limits: Readonly<Record<string, number>>;
  /** In an order in which every flow comes after those it needs. */
  readonly flows: readonly ConfiguredFlow[];
  /** Resolves `${env:}` and `${secret:}` late and knows every value it gave out, for redaction. */
  readonly references: References;
  /** What is allowed but worth saying. Errors never get this far: they are thrown, all at once. */
  readonly warnings: readonly Problem[];
}
