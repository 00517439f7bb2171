import type { CommandWork, FunctionWork, ShellWork } from '@orchestrate/core';

/** An object or folder of a storage, and the path that the work knows it by. */
interface StagedPlace {
  /** As the task names it. */
  readonly name: string;
  /** Name of the storage in the project file. */
  readonly storage: string;
  /** Without the slash that marks a folder. */
  readonly key: string;
  readonly folder: boolean;
  /** As people write it, for messages. */
  readonly address: string;
  readonly path: string;
}

/** An input. */
export interface StagedInput extends StagedPlace {
  /** What tells its storage from all others. */
  readonly origin: string;
  /** The generation that it had when its task was looked at: it is that one or none. */
  readonly generation?: string;
}

/** An output. */
export interface StagedOutput extends StagedPlace {
  readonly mayBeEmpty?: boolean;
}

/** Code that opens a storage where the job runs. Its options come by the environment. */
export interface StagedStorage {
  /** Absolute path of a module whose default export is a plugin or a list of plugins, with all that it needs in it. */
  readonly module: string;
  /** Name of the plugin. */
  readonly use: string;
}

/** The argument of a job that moves its inputs and outputs itself: what it does, and what belongs around that. */
export interface StagedCall {
  readonly work: CommandWork | ShellWork | FunctionWork;
  /** Folder of the project. */
  readonly project: string;
  readonly storages: Readonly<Record<string, StagedStorage>>;
  readonly inputs: readonly StagedInput[];
  readonly outputs: readonly StagedOutput[];
  /** Cache of inputs, unless the environment names another folder. */
  readonly cache: { readonly folder: string; readonly maxBytes: number };
  /** Who publishes. */
  readonly by: {
    readonly project: string;
    readonly run: string;
    readonly version: string;
    readonly task: string;
  };
}
